"""An earlier operation's commodity totals, read out of what vocu or somebody else left of it: a folder or ZIP file of
its results, their tables.json, or a plain table."""

import csv
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from vocu.errors import MalformedError
from vocu.form.quantities import plain
from vocu.ids import Digest
from vocu.operation.bodies import Edition, EditionTotal

CERTIFICATE, TABLES, GOODS, PARTIES = "results.json", "tables.json", "T03.csv", "T01.csv"
LARGEST: Final = 20 * 1024 * 1024
"""Bytes of all that is read."""
NEEDED: Final = ("commodity", "unit", "seizures")
MOST: Final = 600
_WHOLE: Final = re.compile(r"[0-9]{1,16}")
_AMOUNT: Final = re.compile(r"[0-9]{1,33}([.,][0-9]{1,18})?")


class Earlier(Struct, frozen=True, kw_only=True):
    """What a file says of an earlier operation; its days are not in it. `final`: its results were; None where the file
    does not say so."""

    totals: tuple[EditionTotal, ...]
    name: str = ""
    countries: int | None = None
    root: str | None = None
    final: bool | None = None

    def edition(self, name: str, starts_day: str, ends_day: str) -> Edition:
        """As it is published. Raises MalformedError("bad-edition") where the name or a day is none."""
        try:
            return msgspec.convert(
                {
                    "name": name,
                    "starts_day": starts_day,
                    "ends_day": ends_day,
                    "totals": msgspec.to_builtins(self.totals),
                    **({"countries": self.countries} if self.countries is not None else {}),
                    **({"root": self.root} if self.root else {}),
                },
                Edition,
            )
        except msgspec.ValidationError as error:
            raise MalformedError("bad-edition", f"This cannot be compared with: {error}.") from None


def read_path(path: Path) -> Earlier:
    """The folder of an export, or one file. Raises MalformedError (bad-edition, bad-file)."""
    try:
        if path.is_dir():
            named = (path / name for name in (CERTIFICATE, TABLES, GOODS, PARTIES))
            return read_files({file.name: file.read_bytes() for file in named if file.is_file()})
        return read_file(path.name, path.read_bytes())
    except OSError as error:
        raise MalformedError("bad-file", f"{path} cannot be read: {error.strerror}.") from None


def read_file(name: str, data: bytes) -> Earlier:
    """One file: a ZIP of an export, its tables.json, or a table as CSV. Raises MalformedError("bad-edition")."""
    if len(data) > LARGEST:
        raise _bad("The file is larger than 20 MB; give T03.csv alone.")
    if zipfile.is_zipfile(io.BytesIO(data)):
        return read_files(_unzipped(data))
    if data.lstrip()[:1] == b"{":
        return read_files({TABLES: data})
    return Earlier(totals=_totals(_rows(data)), name="" if name == GOODS else Path(name).stem[:120])


def read_files(files: Mapping[str, bytes]) -> Earlier:
    """The files of an export, by name: results.json with T03.csv, or tables.json."""
    try:
        return _read(files)
    except (KeyError, TypeError, ValueError):
        raise _bad("The JSON file in it is not what vocu tables writes.") from None


def _read(files: Mapping[str, bytes]) -> Earlier:
    if TABLES in files and (GOODS not in files or CERTIFICATE not in files):
        return _of_tables(_json(files[TABLES]))
    if GOODS not in files:
        raise _bad("There is neither T03.csv nor tables.json in it; give the folder that vocu tables wrote.")
    if CERTIFICATE not in files:
        return Earlier(totals=_totals(_rows(files[GOODS])))
    certificate = _json(files[CERTIFICATE])
    _require_whole(certificate)
    hashes = {table["id"]: table["sha256"] for table in certificate["tables"]}
    for name in (GOODS, PARTIES):
        if name in files and hashes.get(name[:3]) != hashlib.sha256(files[name]).hexdigest():
            raise _bad(f"{name} is not the table that results.json names; one of both was changed.")
    parties = _rows(files[PARTIES], ()) if PARTIES in files else []
    return _named(certificate, _totals(_rows(files[GOODS])), parties)


def _of_tables(whole: Any) -> Earlier:
    _require_whole(whole)
    found = {table["id"]: table for table in whole["tables"]}
    if "T03" not in found or "rows" not in found["T03"]:
        raise _bad("There are no tables in it; results.json alone names them only. Give tables.json, or T03.csv too.")
    return _named(whole, _totals(_records(found["T03"])), _records(found["T01"]) if "T01" in found else [])


def _records(table: Any) -> list[dict[str, str]]:
    names = [column["name"] for column in table["columns"]]
    return [dict(zip(names, map(str, row), strict=True)) for row in table["rows"]]


def _named(head: Any, totals: tuple[EditionTotal, ...], parties: Iterable[Mapping[str, str]]) -> Earlier:
    listed = list(parties)
    return Earlier(
        totals=totals,
        name=str(head.get("operation", ""))[:120],
        countries=sum(row.get("role") not in ("observer", "analyst") for row in listed) if listed else None,
        root=msgspec.convert(head["root"], Digest) if "root" in head else None,
        final=head.get("status") == "final",
    )


def _require_whole(head: Any) -> None:
    if not isinstance(head, dict) or not isinstance(head.get("tables"), list):
        raise _bad("This JSON is not what vocu tables writes.")
    if head.get("filter"):
        raise _bad("These results were filtered: they count a part of the operation. Give those of the whole one.")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise _bad("A JSON file in it cannot be read.") from None


def _unzipped(data: bytes) -> dict[str, bytes]:
    """The files that matter, wherever in the ZIP they stand; no more than what is read is unpacked."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                name = info.filename.rpartition("/")[2]
                if name in (CERTIFICATE, TABLES, GOODS, PARTIES) and name not in found:
                    with archive.open(info) as file:
                        found[name] = file.read(LARGEST + 1)
                if sum(map(len, found.values())) > LARGEST:
                    raise _bad("The files in it are larger than 20 MB; give T03.csv alone.")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise _bad("This ZIP file is damaged, or locked with a password; give the folder instead.") from None
    return found


def _rows(data: bytes, needed: Iterable[str] = NEEDED) -> list[dict[str, str]]:
    """A table with a line of headings, separated by commas, semicolons or tabs."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad("The table is not in UTF-8; save it so.") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise _bad(f"The table cannot be read: {error}.") from None
    names = [name.strip().lower() for name in lines[0]] if lines else []
    missing = [name for name in needed if name not in names]
    if missing:
        raise _bad(f"The table has no column {', '.join(missing)}; it needs commodity, unit, seizures and quantity.")
    return [dict(zip(names, map(str.strip, line), strict=False)) for line in lines[1:] if any(line)]


def _totals(rows: list[dict[str, str]]) -> tuple[EditionTotal, ...]:
    """The rows as totals. Raises MalformedError with a detail for each row that is none."""
    found: dict[tuple[str, str, bool], EditionTotal] = {}
    faults = []
    for number, row in enumerate(rows, start=2):
        try:
            total = _total(row)
        except (ValueError, InvalidOperation, KeyError, msgspec.ValidationError) as error:
            faults.append(f"line {number}: {error}")
            continue
        key = total.commodity, total.unit, total.quantity is None
        if key in found:
            faults.append(f"line {number}: {total.commodity} in {total.unit} stands there twice")
        found[key] = total
    if not found and not faults:
        faults.append("there are no rows")
    if faults or len(found) > MOST:
        raise MalformedError(
            "bad-edition", "These totals cannot be compared with; correct what is listed.", tuple(faults[:20])
        )
    return tuple(found.values())


def _total(row: dict[str, str]) -> EditionTotal:
    counts = {name: row.get(name) or row["seizures"] for name in ("seizures", "reports")}
    for name, text in counts.items():
        if not _WHOLE.fullmatch(text):
            raise ValueError(f"{name} {text!r} is not a whole number")
    quantity = row.get("quantity", "")
    if quantity and not _AMOUNT.fullmatch(quantity):
        raise ValueError(f"quantity {quantity!r} is not a number such as 1200.5")
    given: dict[str, object] = {"commodity": row["commodity"], "unit": row["unit"]}
    given |= {name: int(text) for name, text in counts.items()}
    if quantity:
        given["quantity"] = plain(Decimal(quantity.replace(",", ".")))
    return msgspec.convert(given, EditionTotal)


def _bad(message: str) -> MalformedError:
    return MalformedError("bad-edition", message)
