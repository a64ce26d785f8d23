"""The section of a newsletter that says what earlier issues counted otherwise, and why."""

from collections.abc import Iterator, Sequence
from typing import Any

from vocu.form.schema import title_of
from vocu.rendering.wording import Wording

Figures = dict[str, Any]


def goods_text(goods: Sequence[Figures], wording: Wording) -> str:
    """Goods with their amounts: Cigarettes (806,000 sticks) and Hand-rolling tobacco (pending)."""
    return wording.listed(_one_of_goods(line, wording) for line in goods)


def _one_of_goods(line: Figures, wording: Wording) -> str:
    known = "quantity" in line
    quantity = wording.quantity(line["quantity"], line["unit"]) if known else wording.say("open_amount")
    return f"{wording.label('commodity', line['commodity'])} ({quantity})"


def correction_lines(corrections: Figures, wording: Wording) -> Iterator[str]:
    """A line for each report, and what all of them together change."""
    for row in corrections["listed"]:
        yield " ".join(_sentences(row, wording))
    if more := corrections["count"] - len(corrections["listed"]):
        yield wording.say("more_corrections", number=wording.number(more))
    effect = corrections["effect"]
    if int(effect["reports"]) or int(effect["seizures"]):
        reports, seizures = (_signed(effect[name], wording) for name in ("reports", "seizures"))
        yield wording._("All in all: reports {reports}, seizures {seizures}.", reports=reports, seizures=seizures)
    if replaced := corrections["returns_replaced"]:
        yield wording.say("returns_replaced", returns=wording.count(replaced, "return"))


def _sentences(row: Figures, wording: Wording) -> Iterator[str]:
    yield _what(row, wording)
    if "seizures_before" in row:
        before, after = (wording.number(row[name]) for name in ("seizures_before", "seizures_after"))
        yield wording.say("batch", before=before, after=after)
    if fields := ([*row.get("changed", ()), "goods"] if "goods_details" in row else row.get("changed")):
        names = wording.listed(wording.field(title_of("seizure", name)) for name in fields)
        yield wording._("Changed: {fields}.", fields=names)
    if "reasons" in row:
        codes = "withdrawal_reason" if row["what"] == "withdrawn" else "amendment_reason"
        yield wording._("Reason: {reason}.", reason=", ".join(wording.inside(codes, code) for code in row["reasons"]))


def _what(row: Figures, wording: Wording) -> str:
    named = row.get("report_number") or wording.say("report_id", id=row["report"])
    who = {"country": wording.country(row["country"]), "report": named}
    if row["what"] == "withdrawn":
        return wording.say("withdrawn", before=goods_text(row["before"], wording), **who)
    if "before" in row:
        before, after = goods_text(row["before"], wording), goods_text(row["after"], wording)
        return wording.say("amended", before=before, after=after, **who)
    return wording.say("amended_details", **who)


def _signed(change: int | str, wording: Wording) -> str:
    """A change with its sign: +2, −1, ±0."""
    amount = int(change)
    sign = "±" if amount == 0 else "+" if amount > 0 else "−"
    return f"{sign}{wording.number(abs(amount))}"
