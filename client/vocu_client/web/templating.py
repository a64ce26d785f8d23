"""How pages become HTML: escaped always, with every word out of the catalogue."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from vocu.form.report import SeizureReport
from vocu_client.web import saying
from vocu_client.web.frame import Frame
from vocu_client.web.kinds import CLOCK_NAMES, GROUP_NAMES, KIND_NAMES

if TYPE_CHECKING:
    from vocu_client.web.visit import Visit

STATIC = Path(__file__).parent / "static"
_KEPT = frozenset("\n\t\u00ad\u200c\u200d")
"""Signs without a shape that writing needs: line breaks, soft hyphens, joiners."""
_SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def render(visit: "Visit", template: str, values: dict[str, Any]) -> str:
    """The text of a template of this package, for this visit."""
    words = visit.words
    around = {"visit": visit, "frame": Frame(visit), "words": words, "_": _sentence(words._), "n_": _sentence(words.n_)}
    return _environment().get_template(template).render(around | {"csrf": lambda: _csrf(visit)} | values)


def _sentence(say: Callable[..., str]) -> Callable[..., str]:
    """As `say`, for templates: a value that is markup already, such as a time, stays so inside the sentence."""

    def said(*message: Any, **values: Any) -> str:
        markup = {name: value for name, value in values.items() if isinstance(value, Markup)}
        if not markup:
            return say(*message, **values)
        places = {name: f"\ue000{name}\ue001" for name in markup}
        html = escape(say(*message, **values | places))
        for name, place in places.items():
            html = html.replace(place, markup[name])
        return html

    return said


def compile_all() -> None:
    """Have every template compiled before it is asked for: together they take a second."""
    environment = _environment()
    for name in environment.list_templates(extensions=("html",)):
        environment.get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("vocu_client.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"static": static, "GROUP_NAMES": GROUP_NAMES, "CLOCK_NAMES": CLOCK_NAMES}
    environment.filters |= {
        "kind": _kind,
        "goods": _goods,
        "place": _place,
        "label": _label,
        "country": _country,
        "who": _who,
        "instant": _instant,
        "ago": _ago,
        "day": _day,
        "number": _number,
        "quantity": _quantity,
        "plain": plain,
    }
    return environment


def plain(text: str) -> str:
    """What people wrote, with a mark where a sign stood that only commands: that turns the direction of reading, say.

    Every text that somebody typed is shown through this filter, names and subjects, too.
    """
    text = text.replace("\r\n", "\n")
    return "".join("\ufffd" if unicodedata.category(s) in _SHAPELESS and s not in _KEPT else s for s in text)


@cache
def static(name: str) -> str:
    """The address of a static file, which changes with its content."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:16]}"


def _csrf(visit: "Visit") -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(visit.csrf)


@pass_context
def _kind(context: Context, kind: str) -> str:
    """What an event of this kind is called."""
    return str(context["words"]._(KIND_NAMES[kind]))


@pass_context
def _goods(context: Context, report: SeizureReport) -> str:
    return saying.goods(report, context["words"])


@pass_context
def _place(context: Context, report: SeizureReport) -> str:
    return saying.place(report, context["words"])


@pass_context
def _label(context: Context, code: str, code_list: str) -> str:
    return str(context["words"].label(code_list, code))


@pass_context
def _country(context: Context, code: str) -> str:
    return str(context["words"].country(code))


def who(visit: "Visit", ncp: str) -> str:
    """A participant: its country in the reader's language, or its name where it is no country."""
    named = visit.words.country(ncp)
    if named != ncp:
        return named
    known = visit.desk.view.state.members.get(ncp)
    return plain(known.name) if known is not None else ncp


@pass_context
def _who(context: Context, ncp: str) -> str:
    return who(context["visit"], ncp)


@pass_context
def _instant(context: Context, at: int) -> Markup:
    """An instant (UTC milliseconds) in the operation's zone; desk.js adds the reader's own time to the title."""
    iso = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = context["words"].instant(at, context["visit"].zone)
    return Markup('<time datetime="{}">{}</time>').format(iso, shown)


@pass_context
def _ago(context: Context, at: int) -> Markup:
    """How long ago an instant (UTC milliseconds) was, or how soon it will be."""
    iso = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(iso, context["words"].ago(at, context["visit"].site.now()))


@pass_context
def _day(context: Context, day: str) -> str:
    return str(context["words"].day(day))


@pass_context
def _number(context: Context, number: Any) -> str:
    return str(context["words"].number(number))


@pass_context
def _quantity(context: Context, amount: Any, unit: str) -> str:
    return str(context["words"].quantity(str(amount), unit))
