"""A newsletter in words: its figures as lines and rows of text, which HTML and plain text only lay out."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from vocu.rendering.charts import Chart, by_commodity, by_country, over_time
from vocu.rendering.correcting import goods_text
from vocu.rendering.headlines import Headlines, headlines
from vocu.rendering.lines import Section, sections
from vocu.rendering.progress import Progress, progress
from vocu.rendering.where import Where, where
from vocu.rendering.wording import Wording

Figures = dict[str, Any]
TILES = (
    ("reports", "reports"),
    ("seizures", "seizures"),
    ("arrests", "persons_arrested"),
    ("controls", "controls"),
    ("with_result", "with_result"),
    ("nil", "nil_returns"),
)


class Tile(Struct, frozen=True):
    """One headline figure."""

    name: str
    today: str
    total: str


class Amount(Struct, frozen=True):
    """One cell of the commodity table; `reports` says how many reports it comes from. Both empty: nothing."""

    quantity: str = ""
    reports: str = ""


class GoodsRow(Struct, frozen=True):
    """One row of the commodity table."""

    name: str
    today: Amount
    total: Amount


class View(Struct, frozen=True):
    """Everything a newsletter shows, in the order in which it shows it."""

    language: str
    operation: str
    issue: str
    dateline: str
    window: str
    marking: str
    badges: tuple[str, ...]
    lead: tuple[str, ...]
    words: tuple[str, ...]
    tiles: tuple[Tile, ...]
    notes: tuple[str, ...]
    objectives: tuple[Progress, ...]
    over_time: Chart
    headlines: Headlines
    goods: tuple[GoodsRow, ...]
    goods_note: str
    follow_ups: tuple[GoodsRow, ...]
    charts: tuple[Chart, ...]
    where: Where
    sections: tuple[Section, ...]
    thanks: str
    footer: str
    root: str
    check: str


def newsletter_view(
    figures: Figures, words: str | None = None, notable: Sequence[Figures] | None = None, language: str = "en"
) -> View:
    """The view of compiled figures. `words` are the organiser's, `notable` the facts of the seizures that he chose
    (`vocu.compilation.newsletter.notable_facts`); with None the first of the compiled candidates are shown."""
    wording = Wording(language)
    header, totals = figures["header"], figures["totals"]
    chosen = figures["notable"][:3] if notable is None else list(notable)
    follow_ups = figures.get("follow_ups")
    return View(
        language=wording.language,
        operation=_printable(header["operation"]),
        issue=wording.say("issue", number=header["number"]),
        dateline=_dateline(header, wording),
        window=_window(header, wording),
        marking=header["handling"],
        badges=tuple(wording.say(name) for name in ("preliminary", "trial", "closing") if header.get(name)),
        lead=tuple(_lead(figures, chosen, wording)),
        words=tuple(_paragraphs(words or "")),
        tiles=tuple(
            Tile(
                name=wording.say(name),
                today=wording.number(totals["today"][field]),
                total=wording.number(totals["cumulative"][field]),
            )
            for name, field in TILES
        ),
        notes=(*_left_out(header, wording), *_notes(totals, wording)),
        objectives=tuple(progress(row, wording) for row in figures["objectives"]),
        over_time=over_time(figures, wording),
        headlines=headlines(figures, wording),
        goods=_goods_rows(figures["commodities"], wording),
        goods_note=_goods_note(figures["commodities"], wording),
        follow_ups=_goods_rows(follow_ups["commodities"], wording) if follow_ups else (),
        charts=tuple(chart for chart in (by_commodity(figures, wording), by_country(figures, wording)) if chart.bars),
        where=where(figures, wording),
        sections=tuple(sections(figures, chosen, wording)),
        thanks=wording.say("thanks"),
        footer=wording.say("footer", position=wording.number(header["position"]), op=header["op"]),
        root=header["root"],
        check=wording.say("footer_check"),
    )


def _paragraphs(words: str) -> list[str]:
    lines = (_printable(line).strip() for line in words.splitlines())
    return [part.strip() for part in "\n".join(lines).split("\n\n") if part.strip()]


def _printable(line: str) -> str:
    """The line without control characters, which could command a terminal or turn the direction of reading."""
    return "".join(sign if sign.isprintable() else " " for sign in line)


def _dateline(header: Figures, wording: Wording) -> str:
    weekday = wording.weekday(header["day"])
    if "day_number" not in header:
        return weekday
    return wording.say("day_of", weekday=weekday, number=header["day_number"], days=header["days"])


def _left_out(header: Figures, wording: Wording) -> Iterator[str]:
    """What was sealed, and did not open for the desk that compiled."""
    if "unopened" in header:
        yield wording.n_(
            "{n} sealed entry did not open for the desk that compiled this: the figures are without it.",
            "{n} sealed entries did not open for the desk that compiled this: the figures are without them.",
            header["unopened"]["count"],
        )


def _window(header: Figures, wording: Wording) -> str:
    zone, window = header["zone"], header["window"]
    start, end = wording.instant(window["from"], zone), wording.instant(window["to"], zone)
    return wording.say("window", start=start, end=end, zone=zone)


def _lead(figures: Figures, notable: Sequence[Figures], wording: Wording) -> list[str]:
    """The three lines on top."""
    today, total = figures["totals"]["today"], figures["totals"]["cumulative"]
    lines = []
    if tests := figures.get("tests"):
        return [_trial(tests, wording)]
    if figures["header"]["phase"] in ("POST_OPERATIONAL", "CLOSED"):
        after = figures.get("follow_ups", {}).get("totals", {}).get("cumulative", {"reports": 0, "seizures": 0})
        lines.append(
            wording.say(
                "lead_closing",
                reports=wording.count(after["reports"], "report"),
                seizures=wording.count(after["seizures"], "seizure"),
            )
        )
    elif today["reports"]:
        active = sum(row["reports"] > 0 for row in figures["countries"]["active"]["listed"])
        lines.append(
            wording.say(
                "lead_today",
                reports=wording.count(today["reports"], "report"),
                seizures=wording.count(today["seizures"], "seizure"),
                countries=wording.count(active, "country"),
            )
        )
    else:
        lines.append(wording.say("lead_today_none"))
    if notable:
        first = notable[0]
        where = {"place": first["place"].title(), "country": wording.country(first["country"])}
        lines.append(wording.say("lead_largest", goods=goods_text(first["goods"], wording), **where))
    lines.append(
        wording.say(
            "lead_total",
            reports=wording.count(total["reports"], "report"),
            seizures=wording.count(total["seizures"], "seizure"),
            controls=wording.count(total["controls"], "control"),
            with_result=wording.number(total["with_result"]),
            share=wording.share(total["with_result"], total["controls"]),
        )
    )
    return lines


def _trial(tests: Figures, wording: Wording) -> str:
    if not tests["countries"]:
        return wording.say("lead_trial_none")
    return wording.say(
        "lead_trial",
        reports=wording.count(tests["reports"], "test_report"),
        returns=wording.count(tests["returns"], "test_return"),
        countries=wording.count(len(tests["countries"]), "country"),
    )


def _notes(totals: Figures, wording: Wording) -> list[str]:
    """What else must be known to read the totals."""
    total, earlier = totals["cumulative"], totals["today"]["seized_earlier"]
    lines = [_hit_rate(totals, wording)] if total["controls"] else []
    lines += [
        wording.say(name, reports=wording.count(total[name], "report"))
        for name in ("pending", "restricted", "unconfirmed")
        if total[name]
    ]
    if earlier:
        lines.append(wording.say("seized_earlier", reports=wording.count(earlier, "report")))
    if any(total[name] for name in ("returned_persons", "returned_arrests", "investigations")):
        lines.append(
            wording.say(
                "persons_in_returns",
                persons=wording.count(total["returned_persons"], "person"),
                arrests=wording.number(total["returned_arrests"]),
                investigations=wording.count(total["investigations"], "investigation"),
            )
        )
    return lines


def _hit_rate(totals: Figures, wording: Wording) -> str:
    today, total = totals["today"], totals["cumulative"]
    return wording.say(
        "hit_rate",
        with_result=wording.number(total["with_result"]),
        controls=wording.number(total["controls"]),
        share=wording.share(total["with_result"], total["controls"]),
        new=wording.number(today["with_result"]),
        all_new=wording.number(today["controls"]),
        new_share=wording.share(today["with_result"], today["controls"]),
    )


# --- commodities ---


def _goods_rows(commodities: Figures, wording: Wording) -> tuple[GoodsRow, ...]:
    return tuple(
        GoodsRow(
            name=wording.label("commodity", row["commodity"]),
            today=_amount(row["today"], row, wording) if "today" in row else Amount(),
            total=_amount(row["cumulative"], row, wording),
        )
        for row in commodities["listed"]
    )


def _amount(figures: Figures, row: Figures, wording: Wording) -> Amount:
    if "quantity" in figures:
        quantity = wording.quantity(figures["quantity"], row["unit"])
    elif row["unit"] in ("other", "not_known"):
        quantity = wording.say("open_unit")
    else:
        quantity = f"{wording.say('open_amount')} ({wording.unit(row['unit'])})"
    return Amount(quantity, wording.count(figures["reports"], "report"))


def _goods_note(commodities: Figures, wording: Wording) -> str:
    more = commodities["count"] - len(commodities["listed"])
    return wording.say("more_rows", rows=wording.count(more, "row")) if more else ""
