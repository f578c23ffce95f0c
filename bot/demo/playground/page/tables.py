"""table and data_table: rows to sort and, where there are many, to page through."""

from collections.abc import Mapping

from nicegui import ui

from bot.demo.playground.page.rich_text import plain_of
from bot.demo.slack.screen import Json

USUAL_PAGE = 5
"""Rows on one page of a data_table that does not say (docs.slack.dev, data-table-block)."""


def table(block: Json, names: Mapping[str, str]) -> None:
    """The first row is the header; a data_table has a caption and pages."""
    head, *body = block["rows"]
    settings = block.get("column_settings") or []
    aligned = {
        number: one["align"] for number, one in enumerate(settings) if one and "align" in one
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
