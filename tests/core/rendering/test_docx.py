import io
import time
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.core.rendering.dossiers import HOSTILE, dossier
from vocu.compilation.filtering import Filter
from vocu.rendering.docx import final_report
from vocu.rendering.dossier import Dossier


def opened(about: Dossier) -> Any:
    return Document(io.BytesIO(final_report(about)))


def test_the_headings_for_the_organisers_text_stand_in_their_order_with_a_prompt_each() -> None:
    draft = opened(dossier())
    headings = [each.text for each in draft.paragraphs if each.style.name == "Heading 1"]
    assert headings == [
        "Background",
        "Objectives and thresholds",
        "Preparation",
        "Conduct",
        "Results overall",
        "Results per country",
        "Evaluation",
        "Conclusions",
        "Recommendations",
    ]
    assert sum(each.text.startswith("[") for each in draft.paragraphs) == len(headings)


def test_every_table_stands_there_once_with_its_figures_and_a_header_that_repeats() -> None:
    about = dossier()
    draft = opened(about)
    _, *tables = draft.tables
    placed = [each.text for each in draft.paragraphs if each.style.name == "Caption" and each.text.startswith("Table")]
    assert sorted(text.partition(": ")[2] for text in placed) == sorted(map(about.heading, about.results.tables))
    filled = [made for made in about.results.tables if made.rows]
    assert len(tables) == len(filled)
    by_heads = {tuple(cell.text for cell in table.rows[0].cells): table for table in tables}
    for made in filled:
        table = by_heads[tuple(about.reader.heading(column) for column in made.columns)]
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        if len({tuple(column.label for column in each.columns) for each in filled}) == len(filled):
            cells = [[cell.text for cell in row.cells] for row in table.rows[1:]]
            assert cells == [
                [about.reader.text(cell, column) for cell, column in zip(row, made.columns, strict=True)]
                for row in made.rows
            ]


def test_an_exact_amount_is_in_the_draft_to_its_last_digit() -> None:
    about = dossier()
    cells = {cell.text for table in opened(about).tables for row in table.rows for cell in row.cells}
    assert about.wording.number(Decimal("123456789012345.123456789") + Decimal("12.345678")) in cells


def test_charts_and_map_are_pictures_with_their_words_and_captions() -> None:
    about = dossier()
    draft = opened(about)
    pictures = list(about.pictures())
    told = [shape._inline.docPr.get("descr") for shape in draft.inline_shapes]
    assert told == [picture.text for picture in pictures]
    captions = [each.text for each in draft.paragraphs if each.style.name == "Caption" and "Figure" in each.text]
    assert captions[0] == f"Figure 1: {pictures[0].title}"
    blobs = [part.blob for part in draft.part.package.iter_parts() if part.partname.endswith(".png")]
    assert len(blobs) == len(pictures)
    assert all(blob.startswith(b"\x89PNG") for blob in blobs)


def test_the_document_has_its_title_language_and_status() -> None:
    draft = opened(dossier(language="el"))
    assert draft.core_properties.title == "BALTICA II"
    assert draft.core_properties.language == "el"
    assert draft.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "el"
    assert "TLP:AMBER" in draft.sections[0].footer.paragraphs[0].text


def test_wide_tables_stand_on_turned_pages_and_the_rest_on_upright_ones() -> None:
    ways = {section.orientation for section in opened(dossier()).sections}
    assert len(ways) == 2


def test_a_filtered_draft_says_so() -> None:
    told = [each.text for each in opened(dossier(only=Filter(modes=("road",)))).paragraphs]
    assert "Only these modes of transport are counted: Road." in told


def test_what_people_wrote_is_text_and_never_a_field() -> None:
    draft = opened(dossier())
    assert HOSTILE in {cell.text for table in draft.tables for row in table.rows for cell in row.cells}
    assert not draft.element.body.findall(f".//{qn('w:instrText')}")
    assert not draft.element.body.findall(f".//{qn('w:fldSimple')}")


def test_the_same_results_make_the_same_draft_however_late(monkeypatch: pytest.MonkeyPatch) -> None:
    about = dossier()
    now = final_report(about)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert final_report(about) == now
