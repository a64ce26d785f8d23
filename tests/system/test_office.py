"""The files of the results as LibreOffice reads them."""

import re
from decimal import Decimal
from pathlib import Path

import pypdfium2

from tests.core.rendering.dossiers import HOSTILE, dossier
from tests.office import converted, sheets
from vocu.rendering.csv import table_csv
from vocu.rendering.docx import final_report
from vocu.rendering.xlsx import HEAD, results_xlsx


def test_libreoffice_reads_the_figures_of_every_table_in_the_workbook(tmp_path: Path) -> None:
    about = dossier()
    file = tmp_path / "results.xlsx"
    file.write_bytes(results_xlsx(about))
    found = sheets(file, tmp_path)
    assert set(found) == {"Contents", "Charts", "Definitions", *(made.id for made in about.results.tables)}
    for made in about.results.tables:
        shown = found[made.id][HEAD + 1 :]
        figures = [number for number, column in enumerate(made.columns) if column.kind in ("count", "quantity")]
        for cells, row in zip(shown, made.rows, strict=True):
            for number in figures:
                exact = row[number]
                assert Decimal(cells[number].replace(",", "") or 0) == (Decimal(exact) if exact != "" else 0), made.id
    assert f"'{HOSTILE}" in {row[1] for row in found["T01"][HEAD + 1 :]}
    assert not [cell for sheet in found.values() for row in sheet for cell in row if re.match("#|Err:", cell)]


def test_libreoffice_draws_the_charts_of_the_workbook(tmp_path: Path) -> None:
    about = dossier()
    file = tmp_path / "results.xlsx"
    file.write_bytes(results_xlsx(about))
    (printed,) = converted(file, "pdf", tmp_path)
    page = pypdfium2.PdfDocument(printed.read_bytes())[1]
    assert about.charts()[0][0].title in " ".join(page.get_textpage().get_text_bounded().split())
    picture = page.render(scale=0.5).to_pil().convert("RGB")
    assert sum(count for count, colour in picture.getcolors(1 << 20) if colour == (0x1D, 0x5F, 0x9E)) > 500


def test_libreoffice_reads_the_draft_of_the_final_report(tmp_path: Path) -> None:
    about = dossier(language="bg")
    file = tmp_path / "report.docx"
    file.write_bytes(final_report(about))
    (printed,) = converted(file, "pdf", tmp_path)
    pages = pypdfium2.PdfDocument(printed.read_bytes())
    text = "".join(page.get_textpage().get_text_bounded() for page in pages)
    words = re.sub(r"\s", "", text)
    assert all(re.sub(r"\s", "", about.heading(made)) in words for made in about.results.tables)
    assert re.sub(r"\s", "", about.wording.number(806_000)) in words
    assert HOSTILE in words


def test_libreoffice_opens_each_csv_with_the_figures_that_stand_in_it(tmp_path: Path) -> None:
    (made,) = [table for table in dossier().results.tables if table.id == "T01"]
    file = tmp_path / "T01.csv"
    file.write_bytes(table_csv(made))
    (rows,) = sheets(file, tmp_path).values()
    names = [column.name for column in made.columns]
    assert rows[0] == names
    assert f"'{HOSTILE}" in {row[1] for row in rows[1:]}
    assert [row[names.index("reports")] for row in rows[1:]] == [str(row[names.index("reports")]) for row in made.rows]
