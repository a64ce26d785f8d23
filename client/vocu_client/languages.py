"""The languages that a desk speaks: those that vocu brings, and those that somebody completed in a spreadsheet."""

import csv
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import BadZipFile

from babel import Locale

from vocu.errors import MalformedError
from vocu.rendering.catalogue import COMPLETE, Texts, packaged, read_texts, write_texts
from vocu.rendering.sheet import Sheet, locale_of, read_sheet, sheet_rows
from vocu.rendering.wording import Wording
from vocu_client.settings import Home, write_private


class Languages:
    """The languages of one desk. What was imported is kept in its folder, `wording/xx.po`, and read again when it
    changes."""

    def __init__(self, home: Home) -> None:
        self._folder = home.path / "wording"

    def offered(self) -> tuple[str, ...]:
        """The codes of all languages that can be chosen: vocu's own first, then those that were imported."""
        own = sorted(file.stem for file in self._folder.glob("*.po") if _is_language(file.stem))
        return (*COMPLETE, *(language for language in own if language not in COMPLETE))

    def wording(self, language: str) -> Wording:
        """How this desk says things in that language; English where it does not know it. A damaged file is as none:
        pages go on without it."""
        try:
            return Wording(language, self.own_texts(language))
        except MalformedError:
            return Wording(language)

    def spoken(self, language: str) -> Wording:
        """The same, of a language that somebody named. Raises MalformedError ("unknown-language") where it is not
        offered here."""
        if language not in (offered := self.offered()):
            raise MalformedError(
                "unknown-language", f"This desk does not speak {language}; choose from {', '.join(offered)}."
            )
        return self.wording(language)

    def own_texts(self, language: str) -> Texts:
        """What was imported here for that language; nothing where the file is missing. Raises MalformedError
        ("bad-catalogue") where it is damaged."""
        file = self._folder / f"{language}.po"
        if not (_is_language(language) and file.is_file()):
            return {}
        return _read(file, file.stat().st_mtime_ns)

    def export_sheet(self, language: str, path: Path) -> None:
        """Write the spreadsheet of a language, with all that is translated already. Raises MalformedError
        ("unknown-language", "bad-file")."""
        rows = sheet_rows(language, {**packaged(language), **self.own_texts(language)})
        path.write_bytes(_xlsx(rows) if _is_workbook(path) else _csv(rows))

    def import_sheet(self, path: Path) -> Sheet:
        """Take in a spreadsheet that was filled in: from then on this desk offers its language. Raises MalformedError:
        `bad-file`, or `bad-translations` with all that is wrong, row by row; nothing is taken in then."""
        sheet = read_sheet(_rows(path))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self._folder / f"{sheet.language}.po", write_texts(sheet.language, sheet.texts))
        return sheet


def autonym(language: str) -> str:
    """What a language is called by those who speak it: Deutsch."""
    locale = Locale.parse(language)
    name = locale.get_display_name(locale) or language
    return name[:1].upper() + name[1:]


def _is_language(code: str) -> bool:
    try:
        locale_of(code)
    except MalformedError:
        return False
    return True


@lru_cache(maxsize=32)
def _read(file: Path, _changed: int) -> Texts:
    return read_texts(file.read_bytes())


def _is_workbook(path: Path) -> bool:
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise MalformedError("bad-file", f"{path} is neither an .xlsx nor a .csv file; give it one of these endings.")
    return path.suffix.lower() == ".xlsx"


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")  # by the mark spreadsheets know that this is UTF-8


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    from xlsxwriter import Workbook  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load, seldom needed

    out = BytesIO()
    texts_only = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = Workbook(out, {"in_memory": True, **texts_only})
    sheet = workbook.add_worksheet("Wording")
    head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 3)
    for column, width in enumerate((14, 20, 50, 30, 50)):
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell, text if number else head)
    workbook.close()
    return out.getvalue()


def _rows(path: Path) -> list[list[str]]:
    try:
        if not _is_workbook(path):
            return list(csv.reader(StringIO(path.read_text("utf-8-sig"), newline="")))
        from openpyxl import load_workbook  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load, seldom needed
        from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped] # noqa: PLC0415 - as above

        try:
            sheet = load_workbook(BytesIO(path.read_bytes()), read_only=True, data_only=True).worksheets[0]
            return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        except (InvalidFileException, BadZipFile, KeyError, ValueError, IndexError):
            raise MalformedError("bad-file", f"{path} is not a workbook; save it again as .xlsx.") from None
    except (UnicodeDecodeError, csv.Error):
        raise MalformedError("bad-file", f"{path} is not a CSV file in UTF-8; save it again as that.") from None
