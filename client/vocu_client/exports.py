"""Results and newsletters as files: the same bytes at every desk that has the same log."""

from pathlib import Path
from typing import Any

from vocu.canonical import encode
from vocu.compilation.table import Results
from vocu.rendering.csv import table_csv
from vocu.rendering.results import results_json
from vocu.rendering.text import newsletter_text

CERTIFICATE = "results.json"
WORKBOOK = "results.xlsx"


def result_files(results: Results, root: str, *, final: bool) -> dict[str, bytes]:
    """The files that must be the same wherever they are made, by name: one CSV per table, and their certificate."""
    files = {f"{table.id}.csv": table_csv(table) for table in results.tables}
    return files | {CERTIFICATE: results_json(results, root, final)}


def write_results(folder: Path, results: Results, root: str, *, final: bool) -> list[Path]:
    """Write all files of these results, and the workbook beside them. Returns the paths, in the order of writing."""
    from vocu.rendering.xlsx import results_xlsx  # noqa: PLC0415 - it takes longer to load than most commands to run

    files = result_files(results, root, final=final) | {WORKBOOK: results_xlsx(results, root, final)}
    return write_files(folder, files)


def write_files(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """Write these files into the folder, made if need be. Returns the paths, in the order of writing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def newsletter_file(
    form: str, figures: dict[str, Any], words: str | None, notable: list[dict[str, Any]] | None, language: str = "en"
) -> bytes:
    """A newsletter as "text", "html" or "json"; the last is the compiled figures alone, in canonical JSON."""
    match form:
        case "html":
            from vocu.rendering.html import newsletter_html  # noqa: PLC0415 - as above

            return newsletter_html(figures, words, notable, language).encode()
        case "text":
            return newsletter_text(figures, words, notable, language).encode()
        case _:
            return encode(figures)
