"""The watched folder: whole files only, each once, with a receipt; whatever moment the process dies at."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.client.imports.desks import HEADER, ImportingDesk, importing_desk, mapping, rows
from tests.client.imports.test_documents import FORM
from tests.client.imports.test_workbook import workbook
from tests.scenario import Scenario
from vocu_client.imports import folder
from vocu_client.imports.folder import RECEIPT, Folder, Keep, Receipt
from vocu_client.imports.planning import Plan


@pytest.fixture
def de(scenario: Scenario, tmp_path: Path) -> ImportingDesk:
    return importing_desk(scenario, tmp_path)


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder; files count as whole at the second look."""
    monkeypatch.setattr(folder, "SETTLED_SECONDS", 0.0)
    path = tmp_path / "inbox"
    path.mkdir()
    return path


def watched(desk: ImportingDesk, path: Path, keep: Keep | None = None) -> Folder:
    return Folder(desk.desk, path, mapping(), "ours.toml", keep)


def taken(desk: ImportingDesk, path: Path) -> list[Receipt]:
    """What a process that begins now takes, with two looks."""
    each = watched(desk, path)
    return [*each.look(), *each.look()]


def receipt(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_name(path.name + RECEIPT).read_bytes())
    return found


def drop(path: Path, name: str, data: str | bytes) -> None:
    """As a careful system does: written elsewhere, renamed in."""
    draft = path / f".{name}.part"
    draft.write_bytes(data.encode() if isinstance(data, str) else data)
    draft.rename(path / name)


def test_a_file_is_imported_put_away_and_answered(de: ImportingDesk, inbox: Path) -> None:
    drop(inbox, "monday.csv", HEADER + rows(2))
    (said,) = taken(de, inbox)
    assert (said.state, len(said.reports)) == ("queued", 2)
    assert [path.name for path in inbox.iterdir()] != ["monday.csv"]
    assert (inbox / "done" / "monday.csv").read_text() == HEADER + rows(2)
    answer = receipt(inbox / "done" / "monday.csv")
    assert answer["file"] == "monday.csv"
    assert [(each["lines"], each["state"]) for each in answer["reports"]] == [([2], "queued"), ([3], "queued")]
    assert {each["id"] for each in answer["reports"]} == de.outbox.ids()
    assert answer["sha256"] == de.imports.list()[0].source.sha256


def test_the_receipt_says_when_all_is_delivered_and_where(de: ImportingDesk, inbox: Path) -> None:
    drop(inbox, "a.csv", HEADER + rows(2))
    each = watched(de, inbox)
    assert [*each.look()] == []
    assert len([*each.look()]) == 1
    assert [*each.follow()] == []
    de.send()
    (said,) = each.follow()
    assert said.state == "delivered"
    answer = receipt(inbox / "done" / "a.csv")
    assert [(each["state"], each["entry"]) for each in answer["reports"]] == [
        ("delivered", de.view.state.size - 2),
        ("delivered", de.view.state.size - 1),
    ]
    assert [*each.follow()] == []


def test_a_process_that_begins_anew_goes_on_with_open_receipts(de: ImportingDesk, inbox: Path) -> None:
    drop(inbox, "a.csv", HEADER + rows(1))
    taken(de, inbox)
    de.send()
    (said,) = watched(de, inbox).follow()
    assert said.state == "delivered"


def test_what_the_hub_refuses_is_in_the_receipt_with_the_reason(de: ImportingDesk, inbox: Path) -> None:
    drop(inbox, "a.csv", HEADER + rows(2))
    each = watched(de, inbox)
    assert len([*each.look(), *each.look()]) == 1
    first, second = sorted(de.outbox.ids())
    de.outbox.refused(first, "wrong-phase", "Not in this phase.")
    de.outbox.delivered({second: 9})
    de.view.state.register.add(de.view.state.size, second, "seizure_reported", "somebody")
    (said,) = each.follow()
    assert said.state == "refused"
    by_id = {each["id"]: each for each in receipt(inbox / "done" / "a.csv")["reports"]}
    assert (by_id[first]["code"], by_id[first]["message"]) == ("wrong-phase", "Not in this phase.")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", HEADER + rows(1) + "2023-12-01,Kehl,wine,stick,1,x\n", "rows-refused"),
        ("a.csv", "day;place\n", "bad-table"),
        ("a.xlsx", b"PK\x03\x04rubbish", "bad-table"),
        ("a.json", "[{", "bad-json"),
        ("a.json", json.dumps({**FORM, "direction": "sideways"}), "rows-refused"),
    ],
)
def test_a_faulty_file_is_refused_whole_with_its_reasons(
    name: str, data: str | bytes, said: str, de: ImportingDesk, inbox: Path
) -> None:
    drop(inbox, name, data)
    (answer,) = taken(de, inbox)
    assert (answer.state, answer.code) == ("refused", said)
    assert de.outbox.items() == []
    assert (inbox / "refused" / name).exists()
    told = receipt(inbox / "refused" / name)
    if said == "rows-refused":
        assert told["faults"][0]["line"] in (1, 3)
        assert told["faults"][0]["message"]
    assert [*watched(de, inbox).follow()] == []


def test_workbooks_and_json_are_taken_too_and_other_files_left(de: ImportingDesk, inbox: Path) -> None:
    drop(inbox, "one.json", json.dumps([FORM, {**FORM, "place": "AACHEN"}]))
    drop(inbox, "two.XLSX", workbook([HEADER.strip().split(","), *(row.split(",") for row in rows(1).splitlines())]))
    for name in ("readme.txt", ".hidden.csv", "~lock.csv", "half.csv.part"):
        (inbox / name).write_text(HEADER + rows(1))
    assert sorted((each.file, each.state) for each in taken(de, inbox)) == [
        ("one.json", "queued"),
        ("two.XLSX", "queued"),
    ]
    assert {path.name for path in inbox.iterdir() if path.is_file()} == {
        "readme.txt", ".hidden.csv", "~lock.csv", "half.csv.part",
    }  # fmt: skip
    assert len(de.outbox.items()) == 3


def test_a_file_that_still_grows_is_left_alone(de: ImportingDesk, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "SETTLED_SECONDS", 3.0)
    clock = [100.0]
    monkeypatch.setattr(folder.time, "monotonic", lambda: clock[0])
    each = watched(de, inbox)
    for count in (1, 2, 3):
        (inbox / "a.csv").write_text(HEADER + rows(count))
        clock[0] += 2
        assert [*each.look()] == []
    clock[0] += 2
    assert [*each.look()] == []
    clock[0] += 2
    (said,) = each.look()
    assert len(said.reports) == 3


def test_the_same_file_dropped_again_adds_nothing_and_both_are_kept(de: ImportingDesk, inbox: Path) -> None:
    for _ in range(2):
        drop(inbox, "a.csv", HEADER + rows(2))
        (said,) = taken(de, inbox)
        assert (said.state, len(said.reports)) == ("queued", 2)
        de.catch_up()
    assert len(de.outbox.items()) == 2
    assert len(de.imports.list()) == 1
    assert receipt(inbox / "done" / "a-2.csv")["reports"] == receipt(inbox / "done" / "a.csv")["reports"]


class DiedError(BaseException):
    """As when the process is killed: nothing catches it."""


@pytest.mark.parametrize("moment", ["run", "_put_away", "_write", "replace"])
def test_whenever_it_dies_nothing_is_reported_twice_and_nothing_lost(
    moment: str, de: ImportingDesk, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(inbox, "a.csv", HEADER + rows(3))

    def die(*_: Any, **__: Any) -> Any:
        raise DiedError

    with monkeypatch.context() as broken:
        where: Any = {"run": folder.planning, "_put_away": Folder, "_write": folder, "replace": Path}[moment]
        broken.setattr(where, moment, die)
        with pytest.raises(DiedError):
            taken(de, inbox)
    assert (inbox / "a.csv").exists()
    (said,) = taken(de, inbox)
    assert (said.state, len(said.reports)) == ("queued", 3)
    assert len(de.outbox.items()) == 3
    assert {path.name for path in (inbox / "done").iterdir() if path.name[0] != "."} == {"a.csv", "a.csv" + RECEIPT}
    de.send()
    assert len(de.ledger.reports) == 3


def test_reports_left_as_drafts_are_followed_until_an_officer_sends_or_discards_them(
    de: ImportingDesk, inbox: Path
) -> None:
    def keep(plan: Plan) -> None:
        for _, draft in plan.fresh:
            de.drafts.keep(draft.id, "seizure", {}, "", 1)

    drop(inbox, "a.csv", HEADER + rows(3))
    each = watched(de, inbox, keep)
    (said,) = [*each.look(), *each.look()]
    assert said.state == "drafts"
    assert de.outbox.items() == []
    sent, thrown_away, left = (report.id for report in said.reports)
    form = {name: value for name, value in FORM.items() if name != "free_text"}
    de.drafts.delete(thrown_away)
    de.actions.report_seizure(form, event_id=sent)
    de.drafts.delete(sent)
    de.send()
    (said,) = each.follow()
    assert [report.state for report in said.reports] == ["delivered", "gone", "draft"]
    assert said.reports[2].id == left


def test_every_field_of_a_receipt_is_in_the_manual() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "desk.md").read_text("utf-8")
    names = {
        field.encode_name for kind in (Receipt, folder.Reported, folder.Wrong) for field in msgspec.structs.fields(kind)
    }
    assert not {name for name in names if f"`{name}`" not in manual}
