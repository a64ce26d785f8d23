"""Files by the command line: attached, listed, fetched and saved, and never written over anything."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.client.cli.shell import Shell


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    exif = Image.Exif()
    exif[0x010F] = "a maker of cameras"
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (400, 200), "red").save(path, exif=exif)
    return path


def test_files_sent_with_words_are_listed_and_saved_at_the_other_desk(
    be: Shell, de: Shell, photo: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_bytes(b"as it was\n")
    said = de.post("send", "The trailer.", "--to", "BE", "--attach", photo, "--attach", note)
    assert "+ photo.jpg" in be.do("inbox")
    listed = be.do("attachments", said[:8])
    assert "photo.jpg" in listed
    assert "note.txt" in listed
    out = tmp_path / "out"
    for _ in range(2):
        be.do("attachments", said[:8], "--out", out)
    assert {path.name for path in out.iterdir()} == {"photo.jpg", "photo (2).jpg", "note.txt", "note (2).txt"}
    assert (out / "note.txt").read_bytes() == b"as it was\n"
    data = (out / "photo.jpg").read_bytes()
    assert b"a maker" not in data
    assert Image.open(io.BytesIO(data)).size == (400, 200)


def test_files_of_a_report_are_shown_with_it_and_can_be_erased(
    be: Shell, de: Shell, photo: Path, report_file: Path
) -> None:
    report = de.post("seizure", "post", report_file, "--attach", photo)
    assert "photo.jpg" in be.run("seizure", "show", report).stderr
    assert "here" in be.do("attachments", report, "--out", photo.parent / "saved")
    de.do("erase", de.entries() - 1, "--parts", "media", "--yes")
    be.do("whoami")
    assert "were erased" in be.run("attachments", report).stderr
    assert json.loads(be.do("seizure", "show", report))["place"] == "TERESPOL"


def test_a_file_that_cannot_be_attached_is_named_before_anything_is_sent(de: Shell, tmp_path: Path) -> None:
    before = de.entries()
    empty, broken = tmp_path / "empty.pdf", tmp_path / "broken.jpg"
    empty.touch()
    broken.write_bytes(b"\xff\xd8\xff\xe0 and no more")
    assert "empty.pdf" in de.fail(1, "send", "words", "--attach", empty)
    assert "broken.jpg" in de.fail(2, "send", "words", "--attach", broken)
    assert "missing.jpg" in de.fail(2, "send", "words", "--attach", tmp_path / "missing.jpg")
    assert de.entries() == before


def test_what_came_without_files_says_so(be: Shell, de: Shell) -> None:
    assert "No files" in be.do("attachments", be.post("send", "Words alone."))
