"""What a file is by its first bytes, and whether a workbook may be unpacked, before a library takes it into memory."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final, Literal
from xml.parsers import expat

from vocu.errors import MalformedError

Content = Literal["text", "workbook"]
MAX_BYTES: Final = 50_000_000
MAX_UNPACKED: Final = 1_000_000_000
MAX_CELLS: Final = 20_000_000
"""Of the rectangle from the first cell to the last one: all of it is held in memory, however few of them are filled."""

MAX_TEXT: Final = 2_000_000_000
"""Characters of all cells together: a text that is kept once and shown in very many cells is held once for each."""

_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SELDOM: Final = 20
"""Texts of up to so many times the average that would be too much are not looked at one by one."""
_CHUNK: Final = 1 << 22
_OVERLAP: Final = 1 << 12
"""More than any tag has that is looked for."""
# A tag ends before the next one begins: [^<>], lest a file of tags without an end be looked through from each of them.
_AT: Final = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_TAG: Final = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^<>]*)>")
_SHARED: Final = re.compile(rb"</(?:\w+:)?si>")
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>\s*(\d{1,9})\s*</")
_REPEATED: Final = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["'](\d{1,9})["']""")


def content_of(data: bytes, encoding: str | None = None) -> Content:
    """What the bytes hold, whatever the file is called; `encoding` is that of a text where it is known.

    Raises MalformedError("bad-table") for what is no table, with a sentence that says what it seems to be.
    """
    if len(data) > MAX_BYTES:
        raise _bad(f"The file is larger than {MAX_BYTES // 1_000_000} MB; split it.")
    if data.startswith(_ZIP):
        return "workbook"
    if data.startswith(_COMPOUND):
        raise _bad("This is an old .xls file, or a workbook with a password; save it as .xlsx without one.")
    if data.startswith(b"%PDF-"):
        raise _bad("This is a PDF file; ask for the table itself, as XLSX, ODS or CSV.")
    wide = (encoding or "").lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    if b"\0" in data[:_CHUNK] and not wide and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _bad("This file holds no table: give it as XLSX, ODS or CSV.")
    return "text"


def require_readable(data: bytes) -> None:
    """Return if a workbook is whole and of bounded size once unpacked. Raises MalformedError("bad-table")."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "EncryptedPackage" in names or _has_password(archive, names):
                raise _bad("This workbook has a password; save it without one.")
            if not names & {"xl/workbook.xml", "content.xml", "[Content_Types].xml"}:
                raise _bad("This is an archive, but no workbook: give the table as XLSX, ODS or CSV.")
            unpacked = 0
            for member in archive.infolist():
                unpacked += member.file_size
                if unpacked > MAX_UNPACKED:
                    raise _bad("This workbook is too large once it is unpacked; split it.")
                _require_bounded(member.filename, _chunks(archive, member))
            _require_few_copies(archive, names)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, LookupError, OSError, expat.ExpatError):
        raise _bad("This workbook is damaged or was cut off; save it again, or ask for it again.") from None


def _has_password(archive: zipfile.ZipFile, names: set[str]) -> bool:
    manifest = "META-INF/manifest.xml"
    return manifest in names and b"encryption-data" in archive.read(manifest)[:_CHUNK]


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member piece by piece. At the end its checksum is compared, so that its size cannot be a lie either."""
    with archive.open(member) as file:
        while piece := file.read(_CHUNK):
            yield piece


def _require_bounded(name: str, chunks: Iterator[bytes]) -> None:
    """Before a library reads the member: one that believes every count, and waits for tags to close that never do."""
    extent, form = _Extent(), _Form(name)
    rest = b""
    for chunk in chunks:
        form.take(chunk)
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            rest = extent.take_cells(rest + chunk)
        elif name == "content.xml":
            rest = extent.take_tags(rest + chunk)
        if extent.cells > MAX_CELLS:
            raise _bad(f"A sheet spans more than {MAX_CELLS:,} cells, most of them empty; copy its table to a new one.")
        if extent.text > MAX_TEXT:
            raise _bad("This workbook repeats long texts in very many cells; copy what you need to a new one.")
    form.end()


def _require_few_copies(archive: zipfile.ZipFile, names: set[str]) -> None:
    """Look at how often an XLSX shows the texts that it keeps once, where there are long ones among them."""
    texts = "xl/sharedStrings.xml"
    lengths = [len(text) for text in _SHARED.split(archive.read(texts))[:-1]] if texts in names else []
    if max(lengths, default=0) * MAX_CELLS < MAX_TEXT * _SELDOM:
        return
    shown = 0
    for name in names:
        if name.startswith("xl/worksheets/"):
            for number in _VALUE.findall(archive.read(name)):
                shown += lengths[int(number)] if int(number) < len(lengths) else 0
    if shown > MAX_TEXT:
        raise _bad("This workbook repeats long texts in very many cells; copy what you need to a new one.")


class _Form:
    """Whether a member is whole XML, without definitions of its own, that announces no more than a workbook can hold.
    Other members pass."""

    def __init__(self, name: str) -> None:
        self._parser = expat.ParserCreate() if name.endswith((".xml", ".rels")) else None
        self._only_root = name.startswith(("xl/sharedStrings", "xl/worksheets/", "content"))
        if self._parser is not None:
            self._parser.EntityDeclHandler = self._refuse
            self._parser.StartElementHandler = self._look

    def take(self, chunk: bytes) -> None:
        if self._parser is not None:
            self._parser.Parse(chunk)

    def end(self) -> None:
        if self._parser is not None:
            self._parser.Parse(b"", True)

    def _look(self, _tag: str, attributes: dict[str, str]) -> None:
        for name in ("count", "uniqueCount"):
            if int(attributes.get(name, "0")) > MAX_CELLS:
                raise ValueError(name)
        if self._only_root and self._parser is not None:  # millions may follow
            self._parser.StartElementHandler = None

    def _refuse(self, *_: object) -> None:
        raise ValueError("definitions")


class _Extent:
    """How far a sheet reaches: the corner of its last filled cells."""

    def __init__(self) -> None:
        self.cells = 0
        self._row = self._column = self._next = 0
        self._rows = self._columns = 0
        self._repeat = 1
        self._copies = 0
        self.text = 0

    def take_cells(self, xml: bytes) -> bytes:
        """Look at a piece of an XLSX sheet. Returns its end, to be put before the next piece."""
        for letters, number in _AT.findall(xml):
            self._rows = max(self._rows, int(number))
            self._columns = max(self._columns, _column_number(letters))
        self.cells = self._rows * self._columns
        return xml[-_OVERLAP:]

    def take_tags(self, xml: bytes) -> bytes:
        """Look at a piece of an ODS content. Returns what follows its last tag."""
        end = 0
        for match in _TAG.finditer(xml):
            self.text += self._copies * (match.start() - end)
            end = match.end()
            self._take_tag(match[1], match[2])
        rest = xml[end:]
        if len(rest) > _OVERLAP:
            self.text += self._copies * (len(rest) - _OVERLAP)
        return rest[-_OVERLAP:]

    def _take_tag(self, tag: bytes, attributes: bytes) -> None:
        found = _REPEATED.search(attributes)
        repeated = int(found[1]) if found else 1
        self._copies = 0
        if tag == b"table":
            self._row = self._rows = self._columns = 0
            self._repeat = 1
        elif tag == b"table-row":
            self._row += self._repeat if self._column or self._row else 0
            self._repeat, self._column = repeated, 0
        else:
            self._column += repeated
            if b"value-type" in attributes:
                self._copies = self._repeat * repeated
                self._rows = max(self._rows, self._row + self._repeat)
                self._columns = max(self._columns, self._column)
                self.cells = max(self.cells, self._rows * self._columns)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _bad(message: str) -> MalformedError:
    return MalformedError("bad-table", message)
