import io
import re
from typing import Any
from xml.etree import ElementTree

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.core.compilation.logs import Log, compiled, seizure
from tests.core.rendering.dossiers import MANY_LETTERS, busy_log, dossier
from vocu.compilation.filtering import Filter
from vocu.rendering import pdf
from vocu.rendering.pdf import newsletter_pdf, results_pdf
from vocu.rendering.typesetting import UNSHOWN, shown_in_print, typeset

WORDS = "Grazzi ħafna, Ġorġ! Dziękuję, Łukasz. Ευχαριστώ πολύ. Благодаря ви, Щерев."
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}part"


def text_of(data: bytes) -> str:
    """All words as pypdfium2 reads them, with single spaces."""
    pages = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())


def newsletter(language: str = "en", said: str | None = WORDS) -> bytes:
    return newsletter_pdf(compiled(busy_log()), said, None, language)


def results(language: str = "en") -> bytes:
    return results_pdf(dossier(language=language))


@pytest.mark.parametrize("made", [results, newsletter])
@pytest.mark.parametrize("language", ["en", "el"])
def test_a_pdf_is_tagged_and_says_its_language_title_and_standard(made: Any, language: str) -> None:
    reader = PdfReader(io.BytesIO(made(language)))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "BALTICA II" in (reader.metadata or {})["/Title"]
    xmp = ElementTree.fromstring(root["/Metadata"].get_object().get_data())
    assert [element.text for element in xmp.iter(PDFUA)] == ["1"]
    kinds = {element["/S"] for element in structure(root["/StructTreeRoot"])}
    assert {"/Table", "/TR", "/TH", "/TD", "/H1"} <= kinds


def structure(element: Any) -> Any:
    """All structure elements below this one."""
    below = element.get("/K", [])
    for each in below if isinstance(below, list) else [below]:
        each = each.get_object() if hasattr(each, "get_object") else each  # noqa: PLW2901
        if isinstance(each, dict) and "/S" in each:
            yield each
            yield from structure(each)


def test_charts_and_the_map_have_their_words() -> None:
    root: Any = PdfReader(io.BytesIO(results())).trailer["/Root"]
    words = [element["/Alt"] for element in structure(root["/StructTreeRoot"]) if "/Alt" in element]
    assert words == [picture.text for picture in dossier().pictures()]
    assert "Terespol: 3" in words


@pytest.mark.parametrize("language", ["en", "fr", "de", "es", "pl", "el", "bg"])
def test_each_language_is_set_with_all_its_letters(language: str) -> None:
    about = dossier(language=language)
    shown = text_of(results_pdf(about))
    assert "Ħal Qormi" in shown
    assert about.wording.country("LT") in shown
    assert UNSHOWN not in shown


def test_greek_bulgarian_maltese_and_polish_stand_as_they_were_written() -> None:
    shown = text_of(newsletter())
    assert WORDS in shown
    assert all(part in text_of(results()) for part in MANY_LETTERS.split(", "))


def test_a_sign_without_a_letter_is_marked_and_explained_and_nothing_fails() -> None:
    shown = text_of(newsletter(said="From 漢字 and \u202eعربي\u0000 and \U0001f600"))
    assert "From □□ and □□□□ and □" in re.sub(" +", " ", shown)
    assert "Signs that the letters of this file lack are shown as □." in shown
    assert "lack are shown" not in text_of(newsletter())


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_whatever_people_write_is_set(said: str) -> None:
    assert newsletter(said=f"{said} #panic() $x$ *b* \\ ]").startswith(b"%PDF")


def test_all_signs_that_are_counted_as_shown_are_shown() -> None:
    signs = [chr(code) for code in range(0x21, 0x2600) if shown_in_print(chr(code)) == chr(code)]
    assert len(signs) > 1000
    assert newsletter(said=" ".join(signs)).startswith(b"%PDF")


def test_the_figures_are_those_of_the_tables() -> None:
    about = dossier()
    shown = text_of(results_pdf(about))
    for made in about.results.tables:
        assert about.heading(made) in shown
        for row in made.rows:
            for cell, column in zip(row, made.columns, strict=True):
                if column.kind == "quantity" and cell != "":
                    assert about.reader.text(cell, column) in shown, (made.id, cell)


def test_the_title_page_says_what_the_figures_follow_from() -> None:
    first = pypdfium2.PdfDocument(results())[0].get_textpage().get_text_bounded()
    assert all(told in first for told in ("BALTICA II", "Preliminary", "TLP:AMBER", "the root", busy_log().op))


def test_filtered_results_say_so_on_their_face() -> None:
    made = results_pdf(dossier(only=Filter(countries=("DE",), period_from="2024-01-15")))
    first = " ".join(pypdfium2.PdfDocument(made)[0].get_textpage().get_text_bounded().split())
    assert "Only these countries are counted: Germany." in first
    assert "Only what was seized from 15 Jan 2024 on is counted." in first


def test_a_long_table_has_its_header_on_each_page_and_says_where_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    for day in range(120):
        log.report("DE", seizure(seizure_day=f"2023-{day // 28 + 1:02}-{day % 28 + 1:02}"))
    monkeypatch.setattr(pdf, "MOST_ROWS", 100)
    pages = [" ".join(page.get_textpage().get_text_bounded().split())
             for page in pypdfium2.PdfDocument(results_pdf(dossier(log)))]  # fmt: skip
    assert sum("Day of seizure Commodity" in page for page in pages) >= 3
    assert "The first 100 of 120 rows are printed; all are in T19.csv." in " ".join(pages)


def test_the_same_results_make_the_same_bytes() -> None:
    assert results() == results()
    assert newsletter() == newsletter()


def test_its_charts_are_drawn_and_not_only_named() -> None:
    page = pypdfium2.PdfDocument(results())[2].render(scale=0.5).to_pil().convert("RGB")
    blue = sum(count for count, (red, _, sky) in page.getcolors(1 << 20) if sky > red + 80)
    assert blue > 500


def test_a_template_that_cannot_be_set_is_refused_in_words() -> None:
    from vocu.errors import MalformedError

    with pytest.raises(MalformedError, match="cannot be set as a PDF"):
        typeset("results.typ", {}, "en", dossier().at)
