"""Derives form/codes.json, the code lists as JSON Schema, from codes/: `python -m vocu_schemas.derive`.

The forms refer to it, so that a validator in any language needs the folder form/ alone.
"""

import json
from importlib import resources
from typing import Any


def code_definitions() -> dict[str, Any]:
    """What form/codes.json must hold: one enumeration per list. Commodities are left out, operations add to them."""
    lists = [json.loads(file.read_bytes()) for file in (resources.files("vocu_schemas") / "codes").iterdir()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:vocu:form:codes",
        "title": "Codes",
        "description": "Derived from the code lists by vocu_schemas.derive; change those, then run it.",
        "$defs": {
            each["list"]: {"type": "string", "enum": [code["id"] for code in each["codes"]]}
            for each in sorted(lists, key=lambda each: str(each["list"]))
            if each["list"] != "commodity"
        },
    }


def main() -> None:
    """Writes the file into the source tree that this module was imported from."""
    with resources.as_file(resources.files("vocu_schemas") / "form" / "codes.json") as path:
        path.write_text(json.dumps(code_definitions(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
