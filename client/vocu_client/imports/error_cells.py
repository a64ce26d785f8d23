"""Cells of a workbook whose formula failed (#N/A, #REF!): kept as these texts. The reading library takes them for
empty, and what a formula lost would be left out of a report as if nobody had meant to say it."""

import io
import re
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

_XLSX: Final = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*["'])e(?=["'])""")
_ODS: Final = re.compile(rb"""<table:table-cell\s[^<>]*?calcext:value-type="error"[^<>]*>""")
_EMPTY: Final = re.compile(rb"""\soffice:string-value\s*=\s*(?:""|'')""")


def errors_as_texts(data: bytes) -> bytes:
    """The same workbook, its failed cells as texts; the very bytes where it has none. The archive must be readable
    (`require_readable`)."""
    with ZipFile(io.BytesIO(data)) as archive:
        changed = {name: new for name in archive.namelist() if (new := _told(name, archive)) is not None}
        if not changed:
            return data
        out = io.BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as told:
            for part in archive.infolist():
                told.writestr(part, changed[part.filename] if part.filename in changed else archive.read(part))
    return out.getvalue()


def _told(name: str, archive: ZipFile) -> bytes | None:
    """The part with its failed cells as texts; None where it has none."""
    if name == "content.xml":
        content, cells = archive.read(name), _ODS
        told, count = cells.subn(lambda cell: _EMPTY.sub(b"", cell[0]), content)
    elif name.lower().startswith("xl/worksheets/") and name.endswith(".xml"):
        told, count = _XLSX.subn(rb"\1str", archive.read(name))
    else:
        return None
    return told if count else None
