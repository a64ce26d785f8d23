"""Forms that officers write into files: TOML or JSON, with amounts and days as people type them."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

from vocu.errors import MalformedError
from vocu.form.typed import as_form

PIPE: Final = Path("-")


def read_form(path: Path) -> dict[str, Any]:
    """The fields in the file, or in what a pipe brings for "-", as the forms want them.

    Raises MalformedError where it is neither TOML nor JSON."""
    try:
        text = sys.stdin.read() if path == PIPE else path.read_text("utf-8-sig")
        loads = json.loads if text.lstrip().startswith("{") else tomllib.loads
        form: dict[str, Any] = as_form(loads(text, parse_float=str))
    except (ValueError, RecursionError) as error:
        raise MalformedError("bad-file", f"{path} is neither TOML nor JSON in UTF-8: {error}.") from None
    except OSError as error:
        raise MalformedError("bad-file", f"{path} cannot be read: {error.strerror}.") from None
    return form
