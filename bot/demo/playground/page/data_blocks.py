"""Blocks of figures: tables to sort and page through, and charts in the colours of the page."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from bot.demo.playground.page.formatted_text import plain_of
from bot.demo.slack.screen import Json

USUAL_PAGE = 5
"""Rows on one page of a data_table that does not say (docs.slack.dev, data-table-block)."""


def table(block: Json, names: Mapping[str, str]) -> None:
    """The first row is the header; a data_table has a caption and pages."""
    head, *body = block["rows"]
    settings = block.get("column_settings") or []
    aligned = {
        number: column["align"]
        for number, column in enumerate(settings)
        if column and "align" in column
    }
    columns = [
        {
            "name": str(number),
            "label": plain_of(cell, names),
            "field": str(number),
            "sortable": True,
            "align": aligned.get(number, "left"),
        }
        for number, cell in enumerate(head)
    ]
    rows = [_row(str(place), row, names) for place, row in enumerate(body)]
    size = int(block.get("page_size", USUAL_PAGE)) if block["type"] == "data_table" else 0
    drawn = ui.table(columns=columns, rows=rows, row_key="id", pagination=size)
    drawn.props("dense flat").classes("k-table")
    if "caption" in block:
        drawn.props["title"] = block["caption"]


def _row(place: str, row: list[Json], names: Mapping[str, str]) -> Json:
    return {"id": place, **{str(number): _value(cell, names) for number, cell in enumerate(row)}}


def _value(cell: Json, names: Mapping[str, str]) -> str | float:
    """Numbers stay numbers, so that they sort as such."""
    return cell["value"] if cell["type"] == "raw_number" else plain_of(cell, names)


COLOURS = ("#2f6f6a", "#c98a2b", "#7a5ca8", "#b1495f", "#3f7cb5", "#6b8f3a")


FAINT = "#7d868c"
"""Words on a chart: readable on light and on dark."""

HAIRLINE = f"{FAINT}44"
"""Lines behind a curve: there, and no more than that."""


def chart(block: Json) -> None:
    """A line, bar, area or pie chart with its title; its numbers are in the title's tooltip."""
    ui.label(block["title"]).classes("k-h3")
    drawn = _pie(block["chart"]) if block["chart"]["type"] == "pie" else _axes(block["chart"])
    words = {"textStyle": {"color": FAINT}}
    shared = {"color": COLOURS, "tooltip": {}, "animation": False, "legend": {"bottom": 0, **words}}
    options = {**shared, **words, **drawn}
    ui.echart(options).classes("k-chart").props(f'role="img" aria-label="{_safe(block["title"])}"')


def _axes(told: Json) -> dict[str, Any]:
    kind, axes = told["type"], told["axis_config"]
    series = [
        {
            "name": item["name"],
            "type": "bar" if kind == "bar" else "line",
            "areaStyle": {} if kind == "area" else None,
            "data": [point["value"] for point in item["data"]],
        }
        for item in told["series"]
    ]
    ink = {"axisLabel": {"color": FAINT}, "nameTextStyle": {"color": FAINT}}
    return {
        "xAxis": {"data": axes["categories"], "name": axes.get("x_label", ""), **ink},
        "yAxis": {
            "name": axes.get("y_label", ""),
            "splitLine": {"lineStyle": {"color": HAIRLINE}},
            **ink,
        },
        "series": series,
    }


def _pie(told: Json) -> dict[str, Any]:
    data = [{"name": segment["label"], "value": segment["value"]} for segment in told["segments"]]
    return {"series": [{"type": "pie", "radius": "60%", "data": data}]}


def _safe(title: str) -> str:
    return title.replace('"', "'")
