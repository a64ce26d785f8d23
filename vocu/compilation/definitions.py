"""What each results table counts, in which units and from which fields; printed in docs/tables.md and in every file."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from vocu.compilation.filtering import Part
from vocu.compilation.table import Column, Table

ALL: Final[tuple[Part, ...]] = ("period", "countries", "commodities", "modes")


class Definition(NamedTuple):
    """`missing` is said while the table has no rows; `filters` are the parts of a filter all figures follow."""

    title: str
    text: str
    missing: str
    filters: tuple[Part, ...] = ALL


_NO_REPORTS: Final = "No seizure has been reported yet."
_NO_RETURNS: Final = "No daily return has been filed yet."
_GOODS: Final = (
    "Reports that name these goods, the seizures they stand for, and the exact total of their quantities (goods lines) "
    "in this unit; without a quantity where it is pending or its unit is another or not known."
)
_CASES: Final = "Reports and the seizures they stand for; an empty cell where reports do not say (seizure reports)."

DEFINITIONS: Final[dict[str, Definition]] = {
    "T00": Definition(
        "Objectives",
        "One row for each objective of the operation. What was reached in the operational phase, in the measure and "
        "unit of the threshold, from seizure reports (countries: those credited with one) and daily returns "
        "(controls). Pending are reports whose quantity is not in it. An objective is not met only once the "
        "operational phase is over.",
        "The operation has set no objectives.",
        (),
    ),
    "T01": Definition(
        "Participation",
        "One row for each participant ever admitted. Reports and seizures credited to it, its controls and days from "
        "daily returns, warnings, feedback, questions and answers; whether its national report is in. Days without a "
        "return are those of the operation up to the newest newsletter's.",
        "Nobody takes part yet.",
        ("period", "countries"),
    ),
    "T01N": Definition(
        "National reports",
        "One row for each country that confirmed its totals. What its national report says beside what its own posts "
        "add up to: seizures and persons in seizure reports of the operational phase, controls and investigations in "
        "daily returns.",
        "No national report has been filed yet.",
        ("countries",),
    ),
    "T02": Definition(
        "Seizures by country and commodity",
        f"One row for each country, commodity and unit. {_GOODS} A joint seizure is credited to each country.",
        _NO_REPORTS,
    ),
    "T02F": Definition(
        "Follow-up: seizures by country and commodity",
        f"As T02, of what was reported after the operational phase. {_GOODS}",
        _NO_REPORTS,
    ),
    "T02J": Definition(
        "Joint seizures credited",
        f"The part of T02 that is credited to a country and was reported by another. {_GOODS} T02 over all countries "
        "without these is T03.",
        "No joint seizure has been reported yet.",
    ),
    "T02N": Definition(
        "Confirmed totals and sums of posts",
        "One row for each country with a national report, commodity and unit. The final figure is the confirmed "
        "one; beside it what the country's posts add up to (as T02), and the difference, confirmed less posts. A "
        "side without such goods is empty and counts as nothing in the difference; pending quantities have none.",
        "No national report has been filed yet.",
        ("countries", "commodities"),
    ),
    "T03": Definition("Seizures by commodity", f"One row for each commodity and unit. {_GOODS}", _NO_REPORTS),
    "T03C": Definition(
        "Converted quantities",
        "One row for each commodity, unit and rule: the quantities of T03 as reported, and the same in another unit "
        "by a rule that was valid on the day of seizure. Rules are those that the organiser published, then those "
        "that hold by definition. What no rule reaches has a row without a converted quantity. Money is in T13E.",
        _NO_REPORTS,
    ),
    "T03F": Definition(
        "Follow-up: seizures by commodity",
        f"As T03, of what was reported after the operational phase. {_GOODS}",
        _NO_REPORTS,
    ),
    "T04": Definition(
        "Transport mode",
        "One row for each mode of transport. Reports and seizures, beside those of all modes: the share as two counts.",
        _NO_REPORTS,
    ),
    "T04G": Definition(
        "Transport mode and commodity",
        f"One row for each mode of transport, commodity and unit. {_GOODS} Beside them those of all modes.",
        _NO_REPORTS,
    ),
    "T05": Definition(
        "Routes",
        f"One row for each route, commodity and unit. {_GOODS} The route is departure, transit in order and "
        "destination; its scope is within the EU where departure and destination were both Member States on "
        "the day of seizure, and empty where one is not known.",
        _NO_REPORTS,
    ),
    "T06": Definition(
        "Location type and direction", f"One row for each type of location and direction. {_CASES}", _NO_REPORTS
    ),
    "T07": Definition(
        "Selection reason and detection means",
        f"One row for each reason of selection and means of detection. {_CASES}",
        _NO_REPORTS,
    ),
    "T08": Definition(
        "Concealment", f"One row for each concealment and what the goods were carried in. {_CASES}", _NO_REPORTS
    ),
    "T09": Definition(
        "Risk indicators by transport mode",
        "One row for each risk indicator and mode of transport: reports that name it (hits), checks of the "
        "daily returns made because of it, and those with a result. Validated where a report names it. The "
        "rows without an indicator are reports that hit none, and checks that name none.",
        "No seizure has been reported yet, and no control.",
        ("period", "countries", "modes"),
    ),
    "T10": Definition(
        "Controls and detections",
        "One row for each country, kind of control, mode, location, reason and indicator. Checks made and "
        "checks with a result, as counts: the hit rate (daily returns, the last one of each day).",
        _NO_RETURNS,
        ("period", "countries", "modes"),
    ),
    "T11": Definition(
        "Warnings, feedback and seizures",
        "One row for each warning and addressee, in the order of the log. Its newest feedback; whole minutes from the "
        "warning to the first feedback and to the seizure report that it names; whether it is still waited for.",
        "No warning has been issued yet.",
    ),
    "T12": Definition(
        "Cross-checks",
        "One row for each body asked and subject. Cross-checks asked, items in them, those answered, and hits "
        "(at least one where the answer is a hit).",
        "No cross-check has been asked yet.",
        ("period", "countries"),
    ),
    "T13": Definition(
        "Value, duties and taxes at risk",
        "One row for each currency and basis of value. Reports with any such amount, and the exact totals "
        "(goods lines), in that currency.",
        "No value has been reported yet.",
    ),
    "T13E": Definition(
        "Money in euro",
        "One row for each currency, basis of value and day of the rate. Value, duties and taxes of goods, and "
        "money that was seized itself (cash), as reported and in euro: divided by the ECB rate of the day of "
        "seizure, or of the last day before it that has one, at most seven days back; each total rounded to "
        "the cent, half to even. Without a rate the amount has no euro beside it.",
        "No value has been reported yet.",
    ),
    "T14": Definition(
        "Persons, arrests, investigations, prosecutions",
        "One row for each country with any such count. Persons in its seizure reports; persons and investigations "
        "in its daily returns, which may be the same persons; cases in its outcome returns, the last one of each "
        "period.",
        "No person has been reported yet, and no case.",
        ("countries",),
    ),
    "T14M": Definition(
        "Fines",
        "One row for each country and currency. The exact total of fines (outcome returns, the last one of each "
        "period).",
        "No fine has been reported yet.",
        ("period", "countries"),
    ),
    "T15": Definition(
        "Comparison with an earlier operation",
        "One row for each commodity and unit of either operation. The totals of T03 then and now, and the change, "
        "now less then. An operation without such goods counts as nothing in the change; pending quantities have "
        "none. The earlier totals are those that the organiser published.",
        "The organiser has published no earlier operation to compare with.",
        ("commodities",),
    ),
    "T16": Definition(
        "Evaluation",
        "One row for each question of the evaluation and answer: how many participants gave it.",
        "There is no evaluation yet.",
        (),
    ),
    "T17": Definition(
        "Recommendations",
        "One row for each recommendation: its number and text, to whom, by when, and how far it is.",
        "There are no recommendations yet.",
        (),
    ),
    "T18": Definition(
        "Data status",
        "One row for each kind of report and return: how many there are, whether they count or not.",
        "Nothing has been reported yet.",
        ("countries",),
    ),
    "T18C": Definition(
        "Corrections since the last newsletter",
        "One row for each report that the last newsletter counted and that was amended or withdrawn since, and for "
        "each daily return that was filed again: the reason given, the fields that changed, and the goods before "
        "and after.",
        "Nothing that the last newsletter counted has changed since.",
        ("countries",),
    ),
    "T19": Definition(
        "Day and commodity", f"One row for each day of seizure, commodity and unit. {_GOODS}", _NO_REPORTS
    ),
    "T20": Definition(
        "Annexes by commodity",
        "One row for each commodity, attribute of the goods, its value and unit: brand, species, kind of "
        f"right, kind of origin; of money its currency. {_GOODS} Goods lines that do not say are left out.",
        "No brand, species, right, origin or currency has been reported yet.",
    ),
}


def defined(id: str, columns: Iterable[Column], rows: Iterable[Iterable[Any]]) -> Table:  # noqa: A002 - what `Table` calls it
    """The results table of that id, with its definition; its rows come sorted."""
    definition = DEFINITIONS[id]
    cells = tuple(map(tuple, rows))
    missing = "" if cells else definition.missing
    return Table(id, definition.title, tuple(columns), cells, definition.text, missing)
