from pathlib import Path

import pytest

from tests.wording import translate
from vocu.rendering.catalogue import read_messages

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=4; plural=0;\\n"

msgid "Sent to {names}."
msgstr ""

msgctxt "noun"
msgid "report"
msgid_plural "reports"
msgstr[0] ""
msgstr[1] ""
msgstr[2] ""
msgstr[3] ""

msgid "Done"
msgstr "Gotowe"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pl.po").write_text(PO, "utf-8")
    monkeypatch.setattr(translate, "WORDING", tmp_path)
    return tmp_path


def test_what_a_language_lacks_is_listed_by_context() -> None:
    assert translate.untranslated("pl") == {"": {"Sent to {names}.": ""}, "noun": {"report": ["", "", "", ""]}}


def test_what_fits_is_taken_in_and_what_does_not_is_said_and_left_out(folder: Path) -> None:
    plural = ["zgłoszenie", "zgłoszenia", "zgłoszeń", "zgłoszenia"]
    said = translate.fill("pl", {"": {"Sent to {names}.": "Wysłano.", "Gone": "x"}, "noun": {"report": plural}})
    assert len(said) == 2
    assert translate.untranslated("pl") == {"": {"Sent to {names}.": ""}}
    assert translate.fill("pl", {"": {"Sent to {names}.": "Wysłano do: {names}."}}) == []
    assert translate.untranslated("pl") == {}
    assert [each.translation[0] for each in read_messages((folder / "pl.po").read_bytes())][-1] == "Gotowe"
