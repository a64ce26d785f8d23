"""The XLSX template of the unified form: what an officer fills in without a line, and sends or imports later.

Sheet "Seizures": row 1, hidden, names the fields; row 2 says who reads them; row 3 has their labels, row 4 hints; then
comes one row for each kind of goods. The hidden sheets hold the lists to choose from, and of which operation it is.
"""

from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from vocu.form.faults import Fault, Meaning
from vocu.operation.state import OperationState
from vocu.rendering.wording import Wording
from vocu_client.imports.template_fields import (
    BETWEEN,
    HEAD_ROWS,
    IDENTITY,
    LISTS,
    SHEET,
    VERSION,
    TemplateField,
    choices,
    template_fields,
)

MOST_ROWS: Final = 2000
"""Rows that have drop-downs and formats; more may be filled in."""
_TITLE, _PROMPT = 32, 255
"""Characters that a spreadsheet shows of an input hint."""
_COLORS: Final = {"needed": "#1f4e79", "open": "#5b7c99", "sealed": "#8a4b08"}


def template_xlsx(state: OperationState, words: Wording) -> bytes:
    """The workbook, with labels in this language and the commodities of this operation."""
    out = BytesIO()
    workbook = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": f"{state.genesis.name}: {words._('Seizure report')}"})
    fields = template_fields(state)
    sheet, guide = workbook.add_worksheet(SHEET), workbook.add_worksheet(_guide_name(words))
    lists, identity = workbook.add_worksheet(LISTS), workbook.add_worksheet(IDENTITY)
    named = _write_lists(workbook, lists, fields, state, words)
    _Form(workbook, sheet, words).write(fields, named, state.genesis.name)
    _write_guide(workbook, guide, words, state)
    for row, text in enumerate((VERSION, state.op, words.language)):
        identity.write_string(row, 0, text)
    lists.hide()
    identity.hide()
    workbook.close()
    return out.getvalue()


def _write_lists(
    workbook: Any, sheet: Worksheet, fields: tuple[TemplateField, ...], state: OperationState, words: Wording
) -> dict[str, str]:
    """Each list once, codes beside labels, under a name; the names by list. Inline lists are cut at 255 signs."""
    found: dict[str, str] = {}
    for field in fields:
        if field.list and field.list not in found:
            column = 2 * len(found)
            name = f"vocu_{field.list}"
            offer = choices(field, state, words)
            sheet.write_string(0, column, field.list)
            for row, (label, code) in enumerate(offer.items(), 1):
                sheet.write_string(row, column, code)
                sheet.write_string(row, column + 1, label)
            letter = xl_col_to_name(column + 1)
            workbook.define_name(name, f"={LISTS}!${letter}$2:${letter}${len(offer) + 1}")
            found[field.list] = name
    return found


class _Form:
    """The sheet that is filled in."""

    def __init__(self, workbook: Any, sheet: Worksheet, words: Wording) -> None:
        self._sheet, self._words = sheet, words
        head = {"bold": True, "font_color": "white", "text_wrap": True, "valign": "vcenter", "border": 1}
        self._heads = {name: workbook.add_format({**head, "bg_color": color}) for name, color in _COLORS.items()}
        self._hint = workbook.add_format({"italic": True, "font_size": 8, "text_wrap": True, "valign": "top"})
        self._formats = {
            "text": workbook.add_format({"num_format": "@"}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "number": workbook.add_format({"num_format": "General"}),
            "count": workbook.add_format({"num_format": "0"}),
        }

    def write(self, fields: tuple[TemplateField, ...], named: dict[str, str], operation: str) -> None:
        words, sheet = self._words, self._sheet
        for column, field in enumerate(fields):
            kind = "sealed" if field.part == "nominal" else "needed" if field.required else "open"
            head, wide = self._heads[kind], field.list or field.kind == "list"
            sheet.write_string(0, column, field.key)
            sheet.write_string(1, column, self._who_reads(field, fields[column - 1] if column else None), head)
            sheet.write_string(2, column, words.field(field.title) + (" *" if field.required else ""), head)
            sheet.write_string(3, column, _hint(field, words), self._hint)
            sheet.set_column(column, column, 26 if wide else 18, self._formats.get(field.kind, self._formats["text"]))
            sheet.data_validation(HEAD_ROWS, column, HEAD_ROWS + MOST_ROWS - 1, column, self._validation(field, named))
        sheet.set_row(0, None, None, {"hidden": True})
        sheet.set_row(1, 30)
        sheet.set_row(2, 32)
        sheet.set_row(3, 66)
        sheet.freeze_panes(HEAD_ROWS, 2)
        sheet.set_landscape()
        sheet.repeat_rows(1, 3)
        sheet.set_header(f"&L{operation.replace('&', '&&')}")

    def _who_reads(self, field: TemplateField, before: TemplateField | None) -> str:
        """Above the first column of each kind."""
        sealed = field.part == "nominal"
        if before is not None and (before.part == "nominal") == sealed:
            return ""
        if sealed:
            return self._words._("Sealed: only the readers that you name open it")
        return self._words._("All countries see this")

    def _validation(self, field: TemplateField, named: dict[str, str]) -> dict[str, Any]:
        words = self._words
        title = words.field(field.title)
        hint = _hint(field, words)
        several = words._("Several values are separated by {sign}", sign=BETWEEN) if field.kind == "list" else ""
        needed = words._("Every report needs this.") if field.required else ""
        told = {
            "input_title": title[:_TITLE],
            "input_message": " ".join(filter(None, (needed, hint, several)))[:_PROMPT],
            "error_title": title[:_TITLE],
            "ignore_blank": True,
        }
        if field.list:
            said = words._("Choose one of the list.")
            strict = field.kind != "list"
            source = {"validate": "list", "source": f"={named[field.list]}"}
            return {**source, "error_message": said, "show_error": strict, **told}
        if field.kind in ("number", "count"):
            said = words._("Write a number, zero or more, without its unit.")
            kind = "decimal" if field.kind == "number" else "integer"
            return {"validate": kind, "criteria": ">=", "value": 0, "error_message": said, **told}
        return {"validate": "any", **told}


def _hint(field: TemplateField, words: Wording) -> str:
    if field.kind == "moment":
        return words._("Give day and time such as 2024-01-16 08:45.")
    if field.hint or not field.meaning or field.list:
        return words.hint(field.hint) if field.hint else ""
    return words.fault(Fault("", "{meaning}", {"meaning": Meaning(field.meaning)}))


def _guide_name(words: Wording) -> str:
    name = words._("How to fill this in")
    return "".join(sign for sign in name if sign not in "[]:*?/\\'")[:31]


def _write_guide(workbook: Any, sheet: Worksheet, words: Wording, state: OperationState) -> None:
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100, wrapped)
    sheet.write_string(0, 0, state.genesis.name, workbook.add_format({"bold": True, "font_size": 14}))
    told = (
        words._("One row is one kind of goods. Begin each seizure in a new row."),
        words._(
            "Several kinds of goods in one seizure: fill in the goods of the next rows and leave all their other "
            "columns empty. Such rows belong to the report above them, so do not sort the sheet."
        ),
        words._("Columns marked with * are needed. Whatever is not known yet stays empty and can be added later."),
        words._("A quantity that is not known yet: leave it empty and say that it will be known later."),
        words._("Write days as 2024-01-16. Where only the month is known, write '2024-01 with the sign ' before it."),
        words._("What names anybody goes into the last columns only. They are sealed to the readers that you name."),
        words._("Give the file back as XLSX or ODS. It fits this operation only, and a second import adds nothing."),
    )
    for row, text in enumerate(told, 2):
        sheet.write_string(row, 0, text, wrapped)
