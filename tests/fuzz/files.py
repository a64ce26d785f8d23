"""What a desk reads of files that somebody hands it: exported logs, tables, mappings, invitations, sealed parts."""

import hashlib
import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import msgspec

from tests.client.imports.tables import HEADER, ROW, SMALL, small
from tests.client.imports.test_documents import FORM
from tests.client.imports.test_workbook import workbook
from tests.core.compilation.logs import seizure
from tests.fuzz import scene
from tests.fuzz.mutating import mutate_archive, mutate_bytes, mutate_json, mutate_lines
from tests.fuzz.targets import Target
from vocu.canonical import b64, encode
from vocu.crypto.opening import open_part, unwrap
from vocu.crypto.passwords import Argon2Cost, lock, unlock
from vocu.crypto.sealing import seal_part, wrap
from vocu.errors import MalformedError
from vocu.form.schema import read
from vocu.operation import bodies
from vocu.operation.admission import read_body
from vocu.operation.bodies import Text
from vocu.operation.media import Media, describe, seal_file
from vocu.operation.reading import open_file
from vocu.rendering.wording import Wording
from vocu_client.imports.documents import read_documents
from vocu_client.imports.mapping import read_mapping
from vocu_client.imports.rows import convert
from vocu_client.imports.suggesting import suggest
from vocu_client.imports.table import read_rows
from vocu_client.imports.template import open_template, read_template
from vocu_client.imports.template_sheet import template_xlsx
from vocu_client.log_file import FORMAT, FirstLine, LogFile, log_lines
from vocu_client.membership import open_invitation, write_invitation
from vocu_client.profiles.profile import read_profile, shipped
from vocu_client.verifying import Anchors, verify_file

CHEAP = Argon2Cost(memory_kib=64, passes=1, lanes=1)
KEY, CONTEXT = bytes(32), b"vocu/1 part\0" + bytes(32)

ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Sheet"><table:table-row>{head}</table:table-row><table:table-row>{row}</table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="vocu-fuzz-")) / "log"


def _read_log(data: bytes) -> None:
    """A log whose last line fits what stands before it, as a forger would write it."""
    lines = data.splitlines(keepends=True)
    try:
        last = msgspec.json.decode(lines[-1])
        last["sha256"] = b64(hashlib.sha256(b"".join(lines[:-1])).digest())
        data = b"".join(lines[:-1]) + msgspec.json.encode(last, order="sorted") + b"\n"
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError, RecursionError):
        pass
    _scratch().write_bytes(data)
    file = LogFile(_scratch())
    verify_file(file, Anchors(), lambda _done, _of: None)


def _logs() -> list[bytes]:
    op = scene.operation()
    desk, key = op.desks["PL"], b64(op.hub.key.public.data)
    seen = [FirstLine(format=FORMAT, op=op.op, hub_key=key, entries=len(desk.entries), ncp=ncp) for ncp in (None, "PL")]
    return [b"".join(log_lines(first, desk.entries, op.hub.checkpoint())) for first in seen]


def _read_table(data: bytes) -> None:
    converted = convert(read_rows(data, small()), small())
    encode([report.report for report in converted.reports])


def _suggest(data: bytes) -> None:
    suggest(data, "pl", own="PL")


def _read_template(data: bytes) -> None:
    book = open_template(data)
    if book is None:
        raise MalformedError("bad-table", "No template.")
    read_template(book, scene.operation().hub.state, "PL")


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise MalformedError("no-input", "These bytes stand for nothing here.") from None


def _read_document(data: bytes) -> None:
    for report in read_documents(data, "PL").reports:
        assert read("seizure", encode(report.report)) == report.report


def _ods() -> bytes:
    def cells(texts: list[str]) -> str:
        return "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
        )

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:x"/>')
        archive.writestr("content.xml", ODS.format(head=cells(HEADER.strip().split(";")), row=cells(ROW.split(";"))))
    return made.getvalue()


def _read_part(data: bytes) -> None:
    """A part that was tampered with does not open; one that its sender sealed wrongly is refused in its own way."""
    read_body(Text, open_part(KEY, CONTEXT, data))


def _read_wrap(data: bytes) -> None:
    unwrap(data, scene.operation().desks["DE"].opening, b"info")


def _wraps() -> list[bytes]:
    return [wrap(bytes(32), scene.operation().desks["DE"].opening.public, b"info")]


def _read_media(data: bytes) -> None:
    """A list of files, and for each the chunks of the one honest file."""
    media = read_body(Media, data)
    assert isinstance(media, Media)
    media.blobs()
    for number in range(len(media.files)):
        open_file(media, number, op="A" * 43, event_id="A" * 22, chunks=_chunks())


@cache
def _chunks() -> tuple[bytes, ...]:
    return tuple(seal_file(b"a file", KEY, op="A" * 43, event_id="A" * 22, file=0))


def _media() -> list[bytes]:
    hashes = tuple(b64(hashlib.sha256(chunk).digest()) for chunk in _chunks())
    return [encode(Media(files=(describe(b"a file", hashes, KEY, name="a.txt", type="text/plain"),)))]


def _invitations() -> list[bytes]:
    op = scene.operation()
    _, data = write_invitation(
        hub="https://hub.example.org", op=op.op, hub_key=b64(op.hub.key.public.data), ncp="SE", name="Sweden",
        role="participant", now=scene.START,
    )  # fmt: skip
    return [data]


def _profiles() -> list[bytes]:
    return [text.encode() for text in shipped().values()]


def _templates() -> list[bytes]:
    return [template_xlsx(scene.operation().hub.state, Wording("en"))]


def _texts() -> list[bytes]:
    return [seal_part(KEY, CONTEXT, encode(bodies.Text(body="words")))]


FILES = [
    Target("log-file", _read_log, _logs, mutate_lines),
    Target("table", _read_table, lambda: [(HEADER + ROW + ROW).encode()], mutate_bytes),
    Target("workbook", _read_table, lambda: [workbook(), _ods()], mutate_archive),
    Target("suggestion", _suggest, lambda: [(HEADER + ROW).encode(), workbook()], mutate_archive),
    Target("template", _read_template, _templates, mutate_archive),
    Target("document", _read_document, lambda: [encode([FORM]), encode(seizure())], mutate_json),
    Target("mapping", lambda data: read_mapping(_text(data)), lambda: [SMALL.encode()], mutate_bytes),
    Target("profile", lambda data: read_profile(_text(data)), _profiles, mutate_bytes),
    Target("invitation", open_invitation, _invitations, mutate_json),
    Target("sealed-part", _read_part, _texts, mutate_bytes),
    Target("wrap", _read_wrap, _wraps, mutate_bytes),
    Target("media", _read_media, _media, mutate_json),
    Target(
        "locked-key",
        lambda data: unlock(data, "an example of a passphrase"),
        lambda: [lock(bytes(32), "an example of a passphrase", salt=bytes(16), cost=CHEAP)],
        mutate_json,
    ),
]
