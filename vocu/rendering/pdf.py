"""The results and the newsletter on paper: tagged PDFs, in the reader's language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from vocu.compilation.table import Table
from vocu.rendering.charts import Chart
from vocu.rendering.dossier import Dossier
from vocu.rendering.drawing import chart_svg, chart_text, map_print
from vocu.rendering.typesetting import typeset
from vocu.rendering.view import GoodsRow, View, newsletter_view
from vocu.rendering.wording import Wording

MOST_ROWS: Final = 1000
"""Rows of a table that are printed; all stand in its CSV."""
_PORTRAIT: Final = 120
"""Signs that fit beside each other on an upright page."""


def results_pdf(dossier: Dossier) -> bytes:
    """All tables with their definitions, charts and a map; long tables end after MOST_ROWS and say so."""
    words = dossier.wording
    data = {
        "title": dossier.title,
        "short": f"{dossier.title} · {dossier.status}",
        "marking": dossier.handling,
        "badges": [dossier.handling, dossier.status],
        "facts": dossier.facts(),
        "counted_only": dossier.counted_only(),
        "pictures": [_picture(each.title, each.svg, each.text) for each in dossier.pictures()],
        "tables": [_table(table, dossier) for table in dossier.results.tables],
        "words": _words(words)
        | {
            "subtitle": words._("Results of the operation"),
            "contents": words._("Contents"),
            "pictures": words._("Charts and map"),
            "check": words._(
                "Every desk that has the same log makes the same tables, byte for byte. Compare this root with another "
                "country's desk by telephone: where position and root are the same, all figures are."
            ),
        },
    }
    return typeset("results.typ", data, words.language, dossier.at)


def _table(table: Table, dossier: Dossier) -> dict[str, Any]:
    reader, words, notes = dossier.reader, dossier.wording, dossier.notes(table)
    if len(table.rows) > MOST_ROWS:
        shown, rows = words.number(MOST_ROWS), words.number(len(table.rows))
        notes.append(
            words._(
                "The first {shown} of {rows} rows are printed; all are in {name}.",
                shown=shown,
                rows=rows,
                name=f"{table.id}.csv",
            )
        )
    breadths = reader.breadths(table, MOST_ROWS)
    return {
        "title": dossier.heading(table),
        "landscape": sum(breadths) + 2 * len(breadths) > _PORTRAIT,
        "definition": dossier.definition(table),
        "notes": notes,
        "columns": [
            {"label": reader.heading(column), "number": column.kind in ("count", "quantity"), "breadth": breadth + 2}
            for column, breadth in zip(table.columns, breadths, strict=True)
        ],
        "rows": [
            [reader.text(cell, column) for cell, column in zip(row, table.columns, strict=True)]
            for row in table.rows[:MOST_ROWS]
        ],
    }


def newsletter_pdf(
    figures: dict[str, Any],
    said: str | None = None,
    notable: Sequence[dict[str, Any]] | None = None,
    language: str = "en",
) -> bytes:
    """The newsletter of compiled figures, with the same words and choices as `newsletter_html`."""
    view, words = newsletter_view(figures, said, notable, language), Wording(language)
    data = {
        "title": f"{view.operation}: {view.issue}",
        "short": f"{view.operation} · {view.issue}",
        "marking": view.marking,
        "badges": view.badges,
        "dateline": view.dateline,
        "window": view.window,
        "lead": view.lead,
        "said": view.words,
        "tiles": [
            {"name": tile.name, "total": tile.total, "today": words.say("of_these_new", number=tile.today)}
            for tile in view.tiles
        ],
        "notes": view.notes,
        "objectives": [
            {"name": aim.name, "text": aim.text, "standing": aim.standing, "share": aim.share, "met": aim.met}
            for aim in view.objectives
        ],
        "over_time": _chart(view.over_time, upright=True) if view.over_time.bars else {},
        "headlines": {"title": view.headlines.title, "lines": view.headlines.lines},
        "goods_head": [words.say("commodity"), words.say("today"), words.say("total")],
        "goods": [_goods(row) for row in view.goods],
        "goods_note": view.goods_note,
        "follow_ups": [_goods(row) for row in view.follow_ups],
        "pictures": [_chart(chart, upright=False) for chart in view.charts],
        "where": _where(view),
        "sections": [{"title": section.title, "lines": section.lines} for section in view.sections],
        "thanks": view.thanks,
        "footer": view.footer,
        "root": view.root,
        "check": view.check,
        "words": _words(words)
        | {
            "said": words.say("words"),
            "objectives": words.say("objectives"),
            "chart_note": words.say("chart_note"),
            "follow_ups": words.say("follow_ups"),
            "commodities": words.say("commodities"),
            "no_seizures": words.say("no_seizures"),
        },
    }
    at = datetime.fromtimestamp(figures["header"]["window"]["to"] // 1000, UTC)
    return typeset("newsletter.typ", data, words.language, at)


def _goods(row: GoodsRow) -> dict[str, Any]:
    amounts = [{"quantity": amount.quantity, "reports": amount.reports} for amount in (row.today, row.total)]
    return {"name": row.name, "amounts": amounts}


def _where(view: View) -> dict[str, Any]:
    """The map, if there is one, and its figures in words."""
    where = view.where
    drawn = _picture(where.title, map_print(where.svg), where.figures) if where.svg else {}
    return {"title": where.title, "map": drawn, "lines": list(filter(None, (where.figures, where.places)))}


def _chart(chart: Chart, *, upright: bool) -> dict[str, str]:
    told = chart_text(chart)
    return _picture(chart.title, chart_svg(chart, alt=told, upright=upright), told)


def _picture(title: str, svg: str, text: str) -> dict[str, str]:
    return {"title": title, "svg": svg, "text": text}


def _words(words: Wording) -> dict[str, str]:
    return {
        "page": words._("Page {page} of {pages}", page="{page}", pages="{pages}"),
        "unshown": words._("Signs that the letters of this file lack are shown as {sign}.", sign="{sign}"),
    }
