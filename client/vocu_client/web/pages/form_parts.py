"""The parts of a form that a page asks for while it is filled in: a row more, what fits the goods, suggestions."""

from starlette.responses import Response
from starlette.routing import Route

from vocu.errors import RefusedError
from vocu.form.schema import FORMS
from vocu_client import hs_codes, places
from vocu_client.web.forms.form import ARRANGE, Form, typed_in
from vocu_client.web.forms.goods import usual_units
from vocu_client.web.forms.inputs import Option
from vocu_client.web.visit import Visit, get, post


async def row(visit: Visit) -> Response:
    """One more row, for the button of this name."""
    form, typed = _form(visit), typed_in(visit.form)
    name = "".join(typed.pop(ARRANGE, [])).removeprefix("add:")
    try:
        return visit.page("form_row_part.html", row=form.new_row(typed, name), form_name=form.name)
    except LookupError:
        raise RefusedError("unknown-part", "This form has no such rows.") from None


async def goods(visit: Visit) -> Response:
    """What fits the commodity just chosen: its fields, and its units with the most usual one chosen."""
    form, typed, name = _form(visit), typed_in(visit.form), visit.query.get("row", "")
    commodity, unit = ("".join(typed.get(f"{name}-{each}", [])) for each in ("commodity", "unit"))
    usual = usual_units(commodity)
    if usual and unit not in usual:
        typed[f"{name}-unit"] = [usual[0]]
    inputs = form.show(typed).inputs()
    found = next((row for each in inputs.values() for row in each.rows if row.name == name), None)
    if found is None or f"{name}-unit" not in inputs:
        raise RefusedError("unknown-part", "This form has no such goods.")
    return visit.page("form_goods_part.html", row=found, unit=inputs[f"{name}-unit"], form_name=form.name)


async def suggest_places(visit: Visit) -> Response:
    """Places that begin like what was typed; those of this country first."""
    found = places.search(_asked(visit), visit.desk.settings.ncp[:2])
    options = [Option(place.label, visit.words.country(place.country)) for place in found]
    return visit.page("form_options_part.html", options=options)


async def suggest_hs_codes(visit: Visit) -> Response:
    """Codes of the Harmonized System by their digits or by what they stand for."""
    options = [Option(hs_codes.dotted(code.code), code.text) for code in hs_codes.search(_asked(visit))]
    return visit.page("form_options_part.html", options=options)


def read_lists() -> None:
    """Have places and codes in memory before they are asked for: reading them takes seconds."""
    places.search("reading")
    hs_codes.search("reading")


def _form(visit: Visit) -> Form:
    name = visit.path["form"]
    if name not in FORMS:
        raise RefusedError("unknown-part", "There is no such form.")
    return Form(name, visit.words, visit.desk.view.state)


def _asked(visit: Visit) -> str:
    return next(iter(visit.query.values()), "")[:100]


ROUTES: list[Route] = [
    get("/form/places", suggest_places),
    get("/form/hs", suggest_hs_codes),
    post("/form/{form}/row", row),
    post("/form/{form}/goods", goods),
]
