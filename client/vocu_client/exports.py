"""Results and newsletters as files: what is named canonical here has the same bytes at every desk with the same log.

A form of file is loaded when it is asked for: some take longer to load than most commands to run.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

from vocu.canonical import encode
from vocu.compilation.ledger import Ledger
from vocu.compilation.table import Results
from vocu.rendering.csv import table_csv
from vocu.rendering.dossier import Dossier, dossier_of
from vocu.rendering.results import results_json, tables_json
from vocu.rendering.text import newsletter_text
from vocu.rendering.wording import Wording

CERTIFICATE: Final = "results.json"
TABLES: Final = "tables.json"
WORKBOOK: Final = "results.xlsx"
PRINT: Final = "results.pdf"
REPORT: Final = "final-report.docx"
FLAT: Final = "flat"
"""The folder of the flat files, beside the tables."""

Form = Literal["csv", "json", "flat", "xlsx", "pdf", "docx"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
USUAL: Final[tuple[Form, ...]] = ("csv", "json", "flat", "xlsx")
"""The canonical ones, and the workbook."""
CHARTED: Final = frozenset({"xlsx", "pdf", "docx"})
MAPPED: Final = frozenset({"pdf", "docx"})
Told = Callable[[int, int], None]


def result_files(results: Results, root: str, *, final: bool) -> dict[str, bytes]:
    """The canonical tables by name: one CSV per table, and their certificate."""
    files = {f"{table.id}.csv": table_csv(table) for table in results.tables}
    return files | {CERTIFICATE: results_json(results, root, final)}


def results_dossier(
    ledger: Ledger, results: Results, root: str, words: Wording, forms: Collection[Form] = FORMS
) -> Dossier:
    """What these forms of the results are made of, with charts and a map where they show any. The ledger must stand
    where the results do."""
    from vocu_client.results_map import results_map  # noqa: PLC0415 - the map is not in every form

    mapped = results_map(ledger, results.filter, words) if not MAPPED.isdisjoint(forms) else None
    return dossier_of(ledger, results, root, words, mapped, charted=not CHARTED.isdisjoint(forms))


def dossier_file(form: Literal["xlsx", "pdf", "docx"], dossier: Dossier) -> bytes:
    """The workbook, the print or the draft of the final report."""
    match form:
        case "xlsx":
            from vocu.rendering.xlsx import results_xlsx  # noqa: PLC0415 - slow to load, for one form

            return results_xlsx(dossier)
        case "pdf":
            from vocu.rendering.pdf import results_pdf  # noqa: PLC0415 - slow to load, for one form

            return results_pdf(dossier)
        case "docx":
            from vocu.rendering.docx import final_report  # noqa: PLC0415 - slow to load, for one form

            return final_report(dossier)


def write_results(
    folder: Path, ledger: Ledger, dossier: Dossier, forms: Sequence[Form] = USUAL, told: Told = lambda *_: None
) -> list[Path]:
    """Write these results in these forms. Returns the paths, in the order of writing; `told` hears of how many forms
    so many are written. Flat files hold everything that counts, whatever the filter."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for done, form in enumerate(dict.fromkeys(forms), start=1):
        for name, data in _files(form, ledger, dossier):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            written.append(path)
        told(done, len(forms))
    return written


def _files(form: Form, ledger: Ledger, dossier: Dossier) -> Iterable[tuple[str, bytes]]:
    results, root, final = dossier.results, dossier.root, dossier.final
    match form:
        case "csv":
            return result_files(results, root, final=final).items()
        case "json":
            return [(TABLES, tables_json(results, root, final))]
        case "flat":
            return flat_files(ledger)
        case _:
            names = {"xlsx": WORKBOOK, "pdf": PRINT, "docx": REPORT}
            return [(names[form], dossier_file(form, dossier))]


def flat_files(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """The flat files by name, in the folder that they stand in."""
    from vocu.rendering import flat  # noqa: PLC0415 - slow to load, for one form

    return ((f"{FLAT}/{name}", data) for name, data in flat.flat_files(ledger))


def write_files(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """Write these files into the folder, made if need be. Returns the paths, in the order of writing."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def newsletter_file(
    form: str, figures: dict[str, Any], words: str | None, notable: list[dict[str, Any]] | None, language: str = "en"
) -> bytes:
    """A newsletter as "text", "html", "pdf" or "json"; the last is the compiled figures alone, in canonical JSON."""
    match form:
        case "html":
            from vocu.rendering.html import newsletter_html  # noqa: PLC0415 - slow to load, for one form

            return newsletter_html(figures, words, notable, language).encode()
        case "pdf":
            from vocu.rendering.pdf import newsletter_pdf  # noqa: PLC0415 - slow to load, for one form

            return newsletter_pdf(figures, words, notable, language)
        case "text":
            return newsletter_text(figures, words, notable, language).encode()
        case _:
            return encode(figures)
