"""Reports of a seizure whose form or whose bytes are wrong: refused at the desk, and by the hub."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.core.form.forms import shortest_report
from tests.system.bad_input.forging import Hand
from tests.system.bad_input.scene import refusal
from vocu.canonical import encode
from vocu.errors import MalformedError
from vocu_client import Desk
from vocu_client.membership import new_salt


def _goods(**changes: Any) -> dict[str, Any]:
    return shortest_report(goods=[shortest_report()["goods"][0] | changes])


FORMS: dict[str, tuple[dict[str, Any], str]] = {
    "a quantity that is not a number": (_goods(quantity="NaN"), "bad-form"),
    "an infinite quantity": (_goods(quantity="Infinity"), "bad-form"),
    "a negative quantity": (_goods(quantity="-12.5"), "bad-form"),
    "a quantity with an exponent": (_goods(quantity="1e400"), "bad-form"),
    "a quantity of a thousand digits": (_goods(quantity="9" * 1000), "bad-form"),
    "a day in 2062": (shortest_report(seizure_day="2062-01-01"), "bad-day"),
    "a day before there were joint operations": (shortest_report(seizure_day="1789-07-14"), "bad-day"),
    "a day that is on no calendar": (shortest_report(seizure_day="2023-02-29"), "bad-form"),
    "a code that there is not": (shortest_report(direction="sideways"), "bad-form"),
    "a commodity that there is not": (_goods(commodity="drugs.moonshine"), "bad-form"),
    "a unit that there is not": (_goods(unit="bucket"), "bad-form"),
    "a country that there is not": (shortest_report(route={"departure": {"country": "ZZ"}}), "bad-form"),
    "free text among the figures": (shortest_report(remarks="call Mr Smith"), "bad-form"),
    "free text as a place": (shortest_report(place="the driver said that\nhe came from home"), "bad-form"),
    "a form without goods": (shortest_report(goods=[]), "bad-form"),
    "more goods than a form may have": (shortest_report(goods=shortest_report()["goods"] * 500), "bad-form"),
    "a number where a text belongs": (shortest_report(place=5), "bad-form"),
    "minus one persons": (shortest_report(persons_involved=-1), "bad-form"),
    "more persons than can be counted": (shortest_report(persons_involved=2**53), "bad-form"),
}


@pytest.mark.parametrize(("form", "code"), FORMS.values(), ids=FORMS)
async def test_a_desk_refuses_a_report_with(de: Desk, form: dict[str, Any], code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        de.actions.report_seizure(form)
    assert refused.value.code == code
    assert not de.outbox.waiting(0, 10)


@pytest.mark.parametrize(("form", "code"), FORMS.values(), ids=FORMS)
async def test_the_hub_refuses_a_report_with(de: Desk, form: dict[str, Any], code: str) -> None:
    said = await refusal(de, Hand(de).report(msgspec.json.encode({"body": form, "salt": new_salt()}, order="sorted")))
    assert said.code in (code, "not-canonical")


def _reversed(data: bytes) -> bytes:
    value = msgspec.json.decode(data)
    return msgspec.json.encode(dict(reversed(value.items())))


BYTES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a floating-point number": (lambda data: data.replace(b'"12.5"', b"12.5"), "not-canonical"),
    "a null": (lambda data: data.replace(b'"12.5"', b"null"), "not-canonical"),
    "a key twice": (lambda data: data.replace(b'"agency":', b'"agency":"police","agency":'), "bad-form"),
    "an envelope with a key twice": (lambda data: data.replace(b'"salt":', b'"salt":"x","salt":'), "bad-value"),
    "white space": (lambda data: data.replace(b":", b": ", 1), "not-canonical"),
    "keys in another order": (_reversed, "not-canonical"),
    "half a JSON": (lambda data: data[:-10], "not-json"),
    "bytes that are no text": (lambda data: data.replace(b"ATLANTA", b"\xff\xfe\xfd"), "not-json"),
    "half a character": (lambda data: data.replace(b"ATLANTA", b"\\ud800"), "not-json"),
    "no JSON at all": (lambda _: b"\x00" * 500, "not-json"),
    "lists ten thousand deep": (lambda _: b"[" * 10_000 + b"]" * 10_000, "not-json"),
    "a form ten thousand deep": (
        lambda data: data.replace(b'"ATLANTA FIELD OFFICE"', b"[" * 10_000 + b"]" * 10_000),
        "not-json",
    ),
    "nothing": (lambda _: b"", "not-json"),
}


@pytest.mark.parametrize(("bend", "code"), BYTES.values(), ids=BYTES)
async def test_the_hub_refuses_a_report_of(de: Desk, bend: Callable[[bytes], bytes], code: str) -> None:
    data = bend(encode({"body": shortest_report(), "salt": new_salt()}))
    assert (await refusal(de, Hand(de).report(data))).code in (code, "not-canonical", "not-json", "bad-value")
