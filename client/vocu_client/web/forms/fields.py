"""The fields of a form, as its JSON Schema describes them: a tree of groups, rows and single values."""

from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import msgspec

Kind = Literal[
    "code", "commodity", "yes", "country", "currency", "place", "participant", "zone", "reference",
    "day", "part_day", "instant", "moment", "quantity", "count", "capitals", "own_code", "hs", "mark",
    "text", "long_text", "list", "group", "rows",
]  # fmt: skip

_KINDS: Final[dict[str, Kind]] = {
    "quantity": "quantity",
    "count": "count",
    "batch": "count",
    "country": "country",
    "currency": "currency",
    "place": "place",
    "day": "day",
    "reduced_day": "part_day",
    "instant": "instant",
    "date_time": "moment",
    "zone": "zone",
    "commodity": "commodity",
    "code": "own_code",
    "hs_code": "hs",
    "participant": "participant",
    "indicator": "mark",
    "report_number": "mark",
    "basel_code": "mark",
    "control_number": "mark",
    "container": "mark",
    "imo_number": "mark",
    "object_id": "reference",
    "name_code": "capitals",
    "yes": "yes",
    "text": "text",
    "long_text": "long_text",
}
"""How an officer fills in each kind of value of form/values.json."""

WHOLE: Final[dict[str, tuple[str, ...]]] = {"seizure": ("seizure", "seizure_nominal")}
"""The forms that an officer fills in as one, with the schemas that they are made of; all others have one."""

NOT_ASKED: Final = frozenset(["officer"])
"""Fields that the desk fills in by itself."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `title` and `description` are English, for `Wording.field` and `Wording.hint`; `value` names its kind
    in form/values.json; `fields` are what a group or each of its rows holds, or the one item of a list."""

    name: str
    kind: Kind
    title: str
    description: str = ""
    required: bool = False
    value: str = ""
    code_list: str = ""
    longest: int | None = None
    most: int = 0
    fields: tuple["Field", ...] = ()

    def inner(self, name: str) -> "Field":
        """The field of that name in a group or row. Raises LookupError."""
        return next(field for field in self.fields if field.name == name)


@cache
def fields_of(form: str) -> dict[str, Field]:
    """The fields of a form by name, those of the nominal part behind those of the statistical one."""
    found: dict[str, Field] = {}
    for name in WHOLE.get(form, (form,)):
        schema = _schema(name)
        found |= {field.name: field for field in _properties(schema, schema)}
    return found


@cache
def _schema(name: str) -> Any:
    return msgspec.json.decode((resources.files("vocu_schemas") / "form" / f"{name}.json").read_bytes())


def _properties(node: dict[str, Any], schema: dict[str, Any]) -> tuple[Field, ...]:
    return tuple(
        _field(name, inner, schema, required=name in node["required"])
        for name, inner in node["properties"].items()
        if name not in NOT_ASKED
    )


def _field(name: str, node: dict[str, Any], schema: dict[str, Any], *, required: bool) -> Field:
    title, description = node.get("title", ""), node.get("description", "")
    where, _, definition = node.get("$ref", "").partition("#/$defs/")
    if where == "urn:vocu:form:codes":
        return Field(
            name=name, kind="code", title=title, description=description, required=required, code_list=definition
        )
    if where == "urn:vocu:form:values":
        longest = _schema("values")["$defs"][definition].get("maxLength")
        kind = _KINDS[definition]
        code_list = "commodity" if kind == "commodity" else ""
        return Field(
            name=name, kind=kind, title=title, description=description, required=required, value=definition,
            code_list=code_list, longest=longest,
        )  # fmt: skip
    if node.get("type") == "array":
        item = _field(name, node["items"], schema, required=True)
        rows = item.kind == "group"
        return Field(
            name=name, kind="rows" if rows else "list", title=title, description=description, required=required,
            most=node["maxItems"], fields=item.fields if rows else (item,),
        )  # fmt: skip
    target = schema["$defs"][definition] if definition else node
    return Field(
        name=name, kind="group", title=title, description=description, required=required,
        fields=_properties(target, schema),
    )  # fmt: skip
