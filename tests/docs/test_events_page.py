"""The page of events and the JSON Schemas say what the registry says, and every example is a true one."""

import json
from importlib import resources
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from tests.docs.events_page import PAGE, SCHEMAS, page, schemas
from tests.docs.examples import examples
from vocu.canonical import encode
from vocu.form.codes import countries, currencies
from vocu.form.days import first_day
from vocu.operation.admission import read_body
from vocu.operation.events import KINDS, PART_TYPES
from vocu.operation.header import read_header

ADVICE = "run `python -m tests.docs.events_page` and read what changed"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), ADVICE


def test_the_schemas_are_up_to_date() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir()} == schemas(), ADVICE


def test_there_is_an_admitted_example_of_every_kind() -> None:
    assert set(examples()) == set(KINDS)


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    forms = (resources.files("vocu_schemas") / "form").iterdir()
    shared = [(schema["$id"], schema) for schema in (json.loads(file.read_bytes()) for file in forms)]
    return jsonschema_rs.Draft202012Validator(
        json.loads((SCHEMAS / f"{name}.json").read_bytes()),
        validate_formats=True,
        formats={
            "country": countries().__contains__,
            "currency": currencies().__contains__,
            "day": is_day,
            "reduced-day": is_day,
        },
        registry=jsonschema_rs.Registry(shared),
    )


def is_day(text: str) -> bool:
    return bool(first_day(text))


def plain(value: Any) -> Any:
    return json.loads(encode(value))


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_fits_its_schema_and_comes_back_through_the_decoder_as_it_went(kind: str) -> None:
    example = examples()[kind]
    for part, body in example.bodies.items():
        data = encode(body)
        assert encode(read_body(PART_TYPES[kind][part], data)) == data
    assert validator(kind).is_valid(plain(example.bodies))
    assert validator("header").is_valid(example.header)
    header = encode(example.header)
    assert encode(read_header(header)) == header


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_takes_no_fields_that_the_decoder_does_not_know(kind: str) -> None:
    bodies = plain(examples()[kind].bodies)
    checked = validator(kind)
    assert not checked.is_valid(bodies | {"remarks": {}})
    for part in bodies:
        assert not checked.is_valid(bodies | {part: bodies[part] | {"remark": "free text"}})
        assert not checked.is_valid(bodies | {part: None})
    if KINDS[kind].required != ("plain", "wraps"):
        assert not checked.is_valid({})


def test_patterns_are_anchored_in_the_schemas_as_in_the_decoder() -> None:
    header = examples()["message_posted"].header
    assert not validator("header").is_valid(header | {"id": header["id"] + "x"})
    assert not validator("header").is_valid(header | {"id": header["id"][:-1] + "."})
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(header | {"id": header["id"] + "\n"}, type(read_header(encode(header))))
