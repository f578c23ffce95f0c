"""data_visualization as a real chart, in the colours of the page."""

from typing import Any

from nicegui import ui

from bot.demo.slack.screen import Json

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
            "name": one["name"],
            "type": "bar" if kind == "bar" else "line",
            "areaStyle": {} if kind == "area" else None,
            "data": [point["value"] for point in one["data"]],
        }
        for one in told["series"]
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
    data = [{"name": one["label"], "value": one["value"]} for one in told["segments"]]
    return {"series": [{"type": "pie", "radius": "60%", "data": data}]}


def _safe(title: str) -> str:
    return title.replace('"', "'")
