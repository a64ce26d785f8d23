"""The charts of the results as a spreadsheet draws them itself, from figures that stand beside them."""

from typing import Any, Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from vocu.rendering.charts import Chart
from vocu.rendering.csv import defused
from vocu.rendering.drawing import chart_text

_ROWS: Final = 20
"""Rows that one chart takes up."""
_BLUE: Final = "#1D5F9E"


def write_charts(
    book: Any, sheet: Worksheet, charts: list[tuple[Chart, bool]], seizures: str, looks: dict[str, Any]
) -> None:
    """Each chart with its figures to the left; `charts` as Dossier.charts gives them, `seizures` is what they count."""
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 12)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    top = 0
    for chart, upright in charts:
        sheet.set_row(top, 32)
        sheet.write_string(top, 0, chart.title, looks["head"])
        sheet.write_string(top, 1, seizures, looks["head"])
        for row, bar in enumerate(chart.bars, start=top + 1):
            sheet.write_string(row, 0, defused(bar.name))
            if bar.count < 10**15:
                sheet.write_number(row, 1, bar.count, looks["count"])
            else:  # a spreadsheet would drop its last digits
                sheet.write_string(row, 1, str(bar.count), looks["exact"])
        drawn = _drawn(book, sheet.name, chart, top + 1, upright)
        sheet.insert_chart(top, 3, drawn, {"description": chart_text(chart), "object_position": 1})
        top += max(_ROWS, len(chart.bars) + 3)


def _drawn(book: Any, sheet: str, chart: Chart, first: int, upright: bool) -> Any:
    last = first + len(chart.bars) - 1
    drawn = book.add_chart({"type": "column" if upright else "bar"})
    drawn.add_series(
        {
            "name": chart.title,
            "categories": [sheet, first, 0, last, 0],
            "values": [sheet, first, 1, last, 1],
            "fill": {"color": _BLUE},
            "gap": 40,
            "data_labels": {"value": len(chart.bars) <= 31},
        }
    )
    drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
    drawn.set_legend({"none": True})
    names, values = (drawn.set_x_axis, drawn.set_y_axis) if upright else (drawn.set_y_axis, drawn.set_x_axis)
    names({"reverse": not upright, "major_tick_mark": "none"})
    values({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    drawn.set_size({"width": 720, "height": 360})
    return drawn
