"""The template of the unified form: written for one operation and language, filled in elsewhere, and read back."""

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as Book  # type: ignore[import-untyped]
from openpyxl import load_workbook

from tests.client.imports.desks import ImportingDesk, importing_desk
from tests.client.imports.tables import small
from tests.client.imports.test_workbook import saved_again, workbook
from tests.scenario import Scenario
from vocu.errors import MalformedError, RefusedError, VocuError
from vocu.form.codes import codes
from vocu.operation.events import SeizureReported
from vocu.rendering.catalogue import COMPLETE
from vocu.rendering.wording import Wording
from vocu_client.imports import planning
from vocu_client.imports.planning import Plan, plan_file, speaks_for_itself
from vocu_client.imports.template_fields import HEAD_ROWS, LISTS, SHEET, choices, template_fields
from vocu_client.imports.template_sheet import template_xlsx

COMMON = {
    "report.seizure_day": date(2024, 1, 14),
    "report.place": "Świecko",
    "report.location_type": "land_border",
    "report.direction": "import",
    "report.transport_mode": "road",
    "report.selection_reason": "risk_profile",
    "report.agency": "customs",
}
CIGARETTES = {"goods.commodity": "tobacco.cigarettes", "goods.quantity": 806_000, "goods.unit": "stick"}
TOBACCO = {"goods.commodity": "tobacco.hand_rolling", "goods.quantity": 12.5, "goods.unit": "KGM"}


@pytest.fixture
def de(scenario: Scenario, tmp_path: Path) -> ImportingDesk:
    return importing_desk(scenario, tmp_path)


class Sheet:
    """A template as an officer has it open: codes are chosen by their labels."""

    def __init__(self, data: bytes) -> None:
        self.book = load_workbook(io.BytesIO(data))
        self.sheet = self.book[SHEET]
        self.keys = [cell.value for cell in self.sheet[1]]
        lists = [[cell.value for cell in column] for column in self.book[LISTS].iter_cols()]
        self.labels = {
            coded[0]: dict(zip(coded[1:], shown[1:], strict=True))
            for coded, shown in zip(lists[::2], lists[1::2], strict=True)
        }
        self.row = HEAD_ROWS

    def put(self, values: dict[str, Any], lists: dict[str, str]) -> None:
        self.row += 1
        for key, value in values.items():
            label = self.labels.get(lists.get(key, ""), {}).get(value, value)
            self.sheet.cell(self.row, self.keys.index(key) + 1).value = label

    def saved(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


def blank(desk: ImportingDesk, language: str = "en") -> bytes:
    return template_xlsx(desk.view.state, Wording(language))


def filled(desk: ImportingDesk, *rows: dict[str, Any], language: str = "en") -> bytes:
    sheet = Sheet(blank(desk, language))
    lists = {field.key: field.list for field in template_fields(desk.view.state)}
    for row in rows:
        sheet.put(row, lists)
    return sheet.saved()


def planned(desk: ImportingDesk, data: bytes) -> Plan:
    return plan_file(desk.desk, data, "filled.xlsx", None)


@pytest.mark.parametrize("language", COMPLETE)
def test_it_is_filled_in_in_any_language_and_gives_the_same_reports(de: ImportingDesk, language: str) -> None:
    plan = planned(de, filled(de, COMMON | CIGARETTES, TOBACCO, COMMON | TOBACCO, language=language))
    assert plan.refused == ()
    (first, draft), (second, _) = plan.fresh
    assert (first.lines, second.lines) == ((5, 6), (7,))
    assert [(line.commodity, line.quantity, line.unit) for line in first.report.goods] == [
        ("tobacco.cigarettes", Decimal(806_000), "stick"),
        ("tobacco.hand_rolling", Decimal("12.5"), "KGM"),
    ]
    assert (first.report.seizure_day, first.report.place) == ("2024-01-14", "SWIECKO")
    english = planned(de, filled(de, COMMON | CIGARETTES, TOBACCO, COMMON | TOBACCO))
    assert [each.id for _, each in plan.fresh] == [each.id for _, each in english.fresh]
    assert draft.id == english.fresh[0][1].id


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_libreoffice_may_save_it_again(de: ImportingDesk, form: str, tmp_path: Path) -> None:
    names = {"nominal.plates": "AA 1; BB 2", "nominal.exact_time": datetime.fromisoformat("2024-01-14T08:45")}
    data = filled(de, COMMON | CIGARETTES | names, TOBACCO, language="el")
    plan, again = planned(de, data), planned(de, saved_again(data, form, tmp_path))
    assert again.refused == ()
    assert again.fresh[0][0] == plan.fresh[0][0]
    nominal = again.fresh[0][0].nominal
    assert nominal is not None
    assert (nominal.plates, nominal.exact_time) == (("AA 1", "BB 2"), "2024-01-14T08:45:00+01:00")


def test_a_blank_template_that_libreoffice_saved_again_is_still_one(de: ImportingDesk, tmp_path: Path) -> None:
    again = saved_again(blank(de, "bg"), "xlsx", tmp_path)
    sheet = Sheet(again)
    assert sheet.keys[0] == "report.seizure_day"
    assert sheet.sheet.row_dimensions[1].hidden
    assert {name for name in sheet.book.sheetnames if sheet.book[name].sheet_state != "visible"} == {LISTS, "vocu"}
    lists = [each for each in sheet.sheet.data_validations.dataValidation if each.type == "list"]
    assert len(lists) > 20
    assert planned(de, again).fresh == ()


def test_it_is_imported_once_and_names_are_sealed(de: ImportingDesk) -> None:
    data = filled(de, COMMON | CIGARETTES | {"nominal.free_text": "Behind a second wall"})
    planning.run(de.desk, planned(de, data))
    again = planned(de, data)
    assert (len(again.fresh), len(again.known)) == (0, 1)
    (item,) = de.outbox.items()
    draft = de.outbox.draft(item)
    assert draft.readers == {"nominal": ("PL",)}
    assert isinstance(draft.event, SeizureReported)
    assert draft.event.nominal is not None
    assert draft.event.nominal.free_text == "Behind a second wall"
    de.send()
    assert planned(de, data).fresh == ()


def test_all_faults_of_all_rows_are_told_at_once_with_row_label_and_column(de: ImportingDesk) -> None:
    data = filled(
        de,
        COMMON | CIGARETTES | {"report.location_type": "On Mars", "goods.quantity": "many"},
        COMMON | {"goods.commodity": "tobacco.cigarettes", "goods.unit": "stick"},
        {name: value for name, value in COMMON.items() if name != "report.place"} | TOBACCO,
        COMMON | CIGARETTES | {"report.seizure_day": "14.1.2024"},
        COMMON | CIGARETTES,
        TOBACCO | {"goods.hs_found": "24"},
    )
    plan = planned(de, data)
    said = {(fault.line, *fault.columns): str(fault.fault) for each in plan.refused for fault in each.faults}
    assert len(plan.fresh) == 0
    assert "airport" in said[5, "Kind of place (C)"]
    assert "not a number" in said[5, "Quantity (I)"]
    assert "is missing" in said[6, "Quantity (I)"]
    assert "is missing" in said[7, "Place (B)"]
    assert "2022-10" in said[8, "Day of the seizure (A)"]
    (hs,) = (key for key in said if key[0] == 10)
    assert hs[1].startswith("HS or CN code of what was found")
    assert len(said) == 6


def test_a_month_or_year_is_as_good_as_a_day(de: ImportingDesk) -> None:
    rows = [COMMON | CIGARETTES | {"report.seizure_day": day} for day in ("2024-01", 2023)]
    assert [each.report.seizure_day for each, _ in planned(de, filled(de, *rows)).fresh] == ["2024-01", "2023"]


def test_two_rows_that_say_the_same_are_two_seizures_in_any_order(de: ImportingDesk) -> None:
    other = COMMON | TOBACCO
    plan = planned(de, filled(de, COMMON | CIGARETTES, other, COMMON | CIGARETTES))
    turned = planned(de, filled(de, other, COMMON | CIGARETTES, COMMON | CIGARETTES))
    assert len({draft.id for _, draft in plan.fresh}) == 3
    assert {draft.id for _, draft in plan.fresh} == {draft.id for _, draft in turned.fresh}


def test_a_template_of_another_operation_is_refused(de: ImportingDesk, tmp_path: Path) -> None:
    other = Scenario("DE", seed=7)
    with pytest.raises(RefusedError, match="other-operation"):
        planned(de, template_xlsx(other.hub.state, Wording("en")))


def test_a_template_whose_head_was_changed_is_refused(de: ImportingDesk) -> None:
    sheet = Sheet(filled(de, COMMON | CIGARETTES))
    sheet.sheet.cell(1, 1).value = "day"
    with pytest.raises(MalformedError, match="bad-template"):
        planned(de, sheet.saved())
    sheet.book["vocu"].cell(1, 1).value = "something"
    with pytest.raises(MalformedError, match="bad-template"):
        planned(de, sheet.saved())


def test_any_other_table_is_no_template_and_needs_a_mapping(de: ImportingDesk) -> None:
    assert not speaks_for_itself(workbook())
    with pytest.raises(RefusedError, match="no-mapping"):
        plan_file(de.desk, workbook(), "table.xlsx", None)
    assert len(plan_file(de.desk, workbook(), "table.xlsx", small()).fresh) == 3
    with pytest.raises(VocuError, match="bad-table"):
        plan_file(de.desk, b"PK\x03\x04rubbish", "table.xlsx", None)


def test_only_what_the_operation_is_about_is_offered(tmp_path: Path) -> None:
    scenario = Scenario("DE", commodities=("tobacco",), sub_commodities=("tobacco.snus",))
    state = scenario.hub.state
    offered = choices(next(field for field in template_fields(state) if field.list == "commodity"), state, Wording())
    assert set(offered.values()) == {
        "tobacco.snus",
        *(code.id for code in codes("commodity") if code.id.partition(".")[0] == "tobacco"),
    }
    names = {field.name for field in template_fields(state)}
    assert "origin_kind" in names
    assert not names & {"species", "appendix", "right_type", "basel_code", "on_behalf_of", "officer"}


@pytest.mark.parametrize("language", COMPLETE)
def test_no_label_of_a_list_means_two_codes_and_every_choice_is_a_drop_down(language: str, de: ImportingDesk) -> None:
    words = Wording(language)
    sheet = Sheet(blank(de, language))
    validated = {str(each.sqref).partition(":")[0]: each for each in sheet.sheet.data_validations.dataValidation}
    for number, field in enumerate(template_fields(de.view.state), 1):
        cell = sheet.sheet.cell(HEAD_ROWS + 1, number)
        rule = validated[cell.coordinate]
        assert len(rule.promptTitle) <= 32
        assert len(rule.prompt or "") <= 255
        if field.list:
            offer = choices(field, de.view.state, words)
            assert len(offer) == len(set(offer.values()))
            assert rule.formula1 == f"vocu_{field.list}"
        label = sheet.sheet.cell(3, number).value
        assert label.removesuffix(" *") == words.field(field.title)
        assert label.endswith(" *") == field.required
    sealed = [key for key, cell in zip(sheet.keys, sheet.sheet[3], strict=True) if cell.fill.fgColor.rgb == "FF8A4B08"]
    assert sealed == [key for key in sheet.keys if key.startswith("nominal.")]


def test_a_workbook_with_the_names_of_a_templates_sheets_alone_is_refused(de: ImportingDesk) -> None:
    book = Book()
    for name in (SHEET, LISTS, "vocu"):
        book.create_sheet(name)
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(MalformedError, match="bad-template"):
        planned(de, out.getvalue())
