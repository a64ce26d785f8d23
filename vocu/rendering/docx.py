"""The draft of the final report: headings for the organiser's text, with every table and chart in its place."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Draft
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from vocu.compilation.table import Column, Table
from vocu.rendering.dossier import Dossier, Picture
from vocu.rendering.typesetting import picture_png
from vocu.rendering.wording import N_

MOST_ROWS: Final = 300
"""Rows of a table in the draft; all stand in its CSV."""
_WIDE: Final = 8
_MARGIN: Final = 3
_QUIET: Final = RGBColor(0x52, 0x60, 0x6D)
_CHAPTERS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (
        N_("Background"),
        N_("Why this operation: the threat, when it was assessed, and what was known before."),
        (),
    ),
    (
        N_("Objectives and thresholds"),
        N_("What was to be reached, and whether it was; why a threshold was not met."),
        ("T00",),
    ),
    (
        N_("Preparation"),
        N_("Invitation, plan and guidelines, who took part, the communication test, briefing."),
        (),
    ),
    (
        N_("Conduct"),
        N_("How the operation ran: days of control, contact with the participants, problems and how they were solved."),
        ("T01", "T10", "T11", "T12", "T18"),
    ),
    (
        N_("Results overall"),
        N_("What the figures say: goods, routes, modes of transport, concealments, what was new."),
        (),
    ),
    (
        N_("Results per country"),
        N_("What each country contributed; differences between its posts and its national report."),
        ("T02", "T02F", "T14", "T14M"),
    ),
    (
        N_("Evaluation"),
        N_("What the participants said, what worked, what did not; the risk indicators, confirmed or not."),
        ("T09", "T15", "T16"),
    ),
    (N_("Conclusions"), N_("What follows from it, in a few sentences."), ()),
    (
        N_("Recommendations"),
        N_("Number, text, by whom, how, by when."),
        ("T17",),
    ),
)  # fmt: skip
"""Title, what to write there, and the tables that stand there. All others stand with the results overall."""
_OVERALL: Final = 4


def final_report(dossier: Dossier) -> bytes:
    """The draft as DOCX, in the dossier's language; the same bytes again. Its prompts are to be written over."""
    return _Report(dossier).made()


class _Report:
    def __init__(self, dossier: Dossier) -> None:
        self._dossier, self._words = dossier, dossier.wording
        self._draft: Draft = Document()
        self._figures = self._tables = 0

    def made(self) -> bytes:
        self._set_up()
        self._front()
        for number, (title, prompt, _) in enumerate(_CHAPTERS):
            self._draft.add_heading(self._words._(title), level=1)
            self._prompt(self._words._(prompt))
            if number == _OVERALL:
                for picture in self._dossier.pictures():
                    self._picture(picture)
            for table in self._placed(number):
                self._table(table)
        out = BytesIO()
        self._draft.save(out)
        return _dated(out, self._dossier.at)

    def _placed(self, chapter: int) -> Iterator[Table]:
        """The tables of a chapter; what is placed nowhere stands with the results overall."""
        named = {id_ for _, _, ids in _CHAPTERS for id_ in ids}
        for table in self._dossier.results.tables:
            if table.id in _CHAPTERS[chapter][2] or (chapter == _OVERALL and table.id not in named):
                yield table

    # --- the document ---

    def _set_up(self) -> None:
        properties, language = self._draft.core_properties, self._dossier.wording.language
        properties.title, properties.language = self._dossier.title, language
        properties.created = properties.modified = self._dossier.at.replace(tzinfo=None)
        properties.author, properties.comments = "", self._dossier.status
        styles: Any = self._draft.styles
        normal = styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", Pt(10.5)
        tongue = OxmlElement("w:lang")
        for attribute in ("w:val", "w:eastAsia", "w:bidi"):
            tongue.set(qn(attribute), language)
        normal.element.get_or_add_rPr().append(tongue)
        section = self._draft.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        marking = section.footer.paragraphs[0]
        marking.text = f"{self._dossier.handling} · {self._dossier.title} · {self._dossier.status}"

    def _front(self) -> None:
        words = self._words
        self._draft.add_heading(self._dossier.title, level=0)
        self._draft.add_paragraph(words._("Draft of the final report"), style="Subtitle")
        grid = self._grid(0, 2)
        for name, value in self._dossier.facts():
            row = grid.add_row()
            row.cells[0].text, row.cells[1].text = name, value
        self._fit(grid, (Cm(4.5), Cm(12)))
        for line in self._dossier.counted_only():
            self._draft.add_paragraph(line)

    def _prompt(self, text: str) -> None:
        run = self._draft.add_paragraph().add_run(f"[{text}]")
        run.italic, run.font.color.rgb = True, _QUIET

    def _note(self, text: str, *, with_next: bool) -> None:
        paragraph = self._draft.add_paragraph()
        paragraph.paragraph_format.keep_with_next = with_next
        run = paragraph.add_run(text)
        run.font.size, run.font.color.rgb = Pt(9), _QUIET

    # --- pictures and tables ---

    def _picture(self, picture: Picture) -> None:
        self._figures += 1
        paragraph = self._draft.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(BytesIO(picture_png(picture.svg)), width=Cm(16))
        about = shape._inline.docPr
        about.set("descr", picture.text)
        about.set("title", picture.title)
        self._caption(self._words._("Figure {number}: {title}", number=self._figures, title=picture.title))

    def _caption(self, text: str) -> Any:
        return self._draft.add_paragraph(text, style="Caption")

    def _table(self, table: Table) -> None:
        wide = len(table.columns) > _WIDE and bool(table.rows)
        if wide:
            self._turn(WD_ORIENT.LANDSCAPE)
        self._tables += 1
        title = self._dossier.heading(table)
        caption = self._caption(self._words._("Table {number}: {title}", number=self._tables, title=title))
        caption.paragraph_format.keep_with_next = True
        if told := self._dossier.definition(table):
            self._note(told, with_next=True)
        notes = self._dossier.notes(table)
        if len(table.rows) > MOST_ROWS:
            shown, rows = self._words.number(MOST_ROWS), self._words.number(len(table.rows))
            values = {"shown": shown, "rows": rows, "name": f"{table.id}.csv"}
            notes.append(self._words._("The first {shown} of {rows} rows are printed; all are in {name}.", **values))
        for note in notes:
            self._note(note, with_next=bool(table.rows))
        if table.rows:
            self._cells(table, Pt(7) if len(table.columns) > _WIDE else Pt(9))
        if wide:
            self._turn(WD_ORIENT.PORTRAIT)

    def _turn(self, way: WD_ORIENT) -> None:
        section = self._draft.add_section()
        if section.orientation != way:
            section.page_width, section.page_height = section.page_height, section.page_width
            section.orientation = way

    def _cells(self, table: Table, size: Pt) -> None:
        reader, rows = self._dossier.reader, table.rows[:MOST_ROWS]
        grid = self._grid(len(rows) + 1, len(table.columns))
        cells = iter(grid._cells)
        for column in table.columns:
            self._fill(next(cells), reader.heading(column), column, size, bold=True)
        for row in rows:
            for cell, column in zip(row, table.columns, strict=True):
                self._fill(next(cells), reader.text(cell, column), column, size)
        self._fit(grid, self._widths(table))
        _mark(grid.rows[0], "w:tblHeader")
        for row in grid.rows:
            _mark(row, "w:cantSplit")
        self._draft.add_paragraph()

    def _widths(self, table: Table) -> list[int]:
        """The page's width, shared out by what the columns hold."""
        room = Cm(25.3) if len(table.columns) > _WIDE else Cm(16.6)
        breadths = [breadth + _MARGIN for breadth in self._dossier.reader.breadths(table, MOST_ROWS)]
        return [int(room * breadth / sum(breadths)) for breadth in breadths]

    def _fill(self, cell: Any, text: str, column: Column, size: Pt, *, bold: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        if column.kind in ("count", "quantity"):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        run.font.size, run.bold = size, bold

    def _grid(self, rows: int, columns: int) -> Any:
        return self._draft.add_table(rows, columns, style="Light Grid Accent 1")

    def _fit(self, grid: Any, widths: Sequence[Any]) -> None:
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = width
        for number, cell in enumerate(grid._cells):
            cell.width = widths[number % len(widths)]


def _dated(file: BytesIO, at: datetime) -> bytes:
    """The same file with this date on each of its parts, in place of the moment at which it was made."""
    out = BytesIO()
    with ZipFile(file) as made, ZipFile(out, "w", ZIP_DEFLATED) as dated:
        for part in made.infolist():
            dated.writestr(ZipInfo(part.filename, at.timetuple()[:6]), made.read(part), ZIP_DEFLATED)
    return out.getvalue()


def _mark(row: Any, mark: str) -> None:
    """tblHeader: the row stands again at the head of each page; cantSplit: no page ends within it."""
    row._tr.get_or_add_trPr().append(OxmlElement(mark))
