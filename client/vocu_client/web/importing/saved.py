"""Mappings that were saved under a name: TOML files in the desk's folder, the same that the command line takes."""

import re
from pathlib import Path
from typing import Final

from vocu.errors import MalformedError, RefusedError
from vocu_client.imports.mapping import load_mapping, read_mapping
from vocu_client.imports.writing import Raw, mapping_text, raw_mapping
from vocu_client.settings import write_private
from vocu_client.web.visit import Visit

LONGEST_FILE: Final = 1_000_000
_NAME: Final = re.compile(r"\w[\w ()-]{0,59}")


def listed(visit: Visit) -> list[str]:
    """Their names, in alphabetical order."""
    return sorted((file.stem for file in _folder(visit).glob("*.toml") if _NAME.fullmatch(file.stem)), key=str.casefold)


def save(visit: Visit, name: str, raw: Raw) -> None:
    """Keep a mapping, in the place of an earlier one of that name. Raises MalformedError (bad-name)."""
    file = _file(visit, name)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(file, mapping_text(raw).encode())


def take_in(visit: Visit, name: str, text: bytes) -> None:
    """Keep a mapping that came as a file. Raises MalformedError (bad-mapping, bad-name)."""
    try:
        mapping = read_mapping(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise MalformedError("bad-mapping", "This is no mapping: a mapping is a TOML file in UTF-8.") from None
    save(visit, name, raw_mapping(mapping))


def find(visit: Visit, name: str) -> Raw:
    """Raises RefusedError (unknown-id), MalformedError (bad-mapping)."""
    return raw_mapping(load_mapping(_there(visit, name)))


def text(visit: Visit, name: str) -> bytes:
    """The TOML file. Raises RefusedError (unknown-id)."""
    return _there(visit, name).read_bytes()


def remove(visit: Visit, name: str) -> None:
    """Raises RefusedError (unknown-id)."""
    _there(visit, name).unlink()


def _there(visit: Visit, name: str) -> Path:
    if name not in listed(visit):
        raise RefusedError("unknown-id", "This desk has no mapping of that name; choose one of the list.")
    return _file(visit, name)


def _file(visit: Visit, name: str) -> Path:
    if not _NAME.fullmatch(name) or len(name.encode()) > 120:
        raise MalformedError(
            "bad-name",
            "The name of a mapping begins with a letter or digit, and has up to 60 letters, digits, spaces, hyphens "
            "and brackets.",
        )
    return _folder(visit) / f"{name}.toml"


def _folder(visit: Visit) -> Path:
    return visit.desk.home.path / "mappings"
