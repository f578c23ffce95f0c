"""Slack's limits for tables and charts (docs.slack.dev, reference/block-kit/blocks).

data_table: 100 rows and a header, 10,000 characters; charts: 6 series or segments: the limits that
were documented before summer 2026 and hold everywhere.
"""

from collections.abc import Iterator
from typing import Any

from bot.demo.slack.block_rules.rules import (
    IDENTIFIER,
    Problem,
    Problems,
    Rule,
    Shape,
    among,
    anything,
    flag,
    items,
    nullable,
    number,
    string,
    typed,
    unique,
)

MOST_CHARACTERS = 10_000

RAW: dict[str, Rule] = {
    "raw_text": Shape({"text": string()}),
    "raw_number": Shape({"value": number()}, {"text": string()}),
}
CELL = typed({**RAW, "rich_text": Shape({"elements": items(anything)}, {"block_id": IDENTIFIER})})
COLUMN = nullable(Shape({}, {"align": among("left", "center", "right"), "is_wrapped": flag}))


def words(node: Any) -> Iterator[str]:
    """Every text in a cell, a row or a table."""
    if isinstance(node, list):
        for each in node:
            yield from words(each)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        yield from words([inner for inner in node.values() if isinstance(inner, dict | list)])


def not_too_much(value: dict[str, Any], pointer: str) -> Problems:
    """All cells together have a limit."""
    if sum(map(len, words(value["rows"]))) > MOST_CHARACTERS:
        yield Problem(f"{pointer}/rows", f"must be less than {MOST_CHARACTERS + 1} characters")


def rectangular(value: dict[str, Any], pointer: str) -> Problems:
    """Every row is as wide as the first."""
    rows = value["rows"]
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            yield Problem(f"{pointer}/rows/{index}", f"must have {len(rows[0])} cells")


def plain_header(value: dict[str, Any], pointer: str) -> Problems:
    """The first row has no rich_text."""
    for index, cell in enumerate(value["rows"][0]):
        if cell["type"] == "rich_text":
            yield Problem(f"{pointer}/rows/0/{index}/type", "unsupported type: rich_text")


TABLE = Shape(
    {"rows": items(items(CELL, 1, 20), 1, 100)},
    {"block_id": IDENTIFIER, "column_settings": items(COLUMN, 0, 20)},
    not_too_much,
)
DATA_TABLE = Shape(
    {"caption": string(), "rows": items(items(CELL, 1, 20), 2, 101)},
    {
        "block_id": IDENTIFIER,
        "page_size": number(1, 100),
        "row_header_column_index": number(0, 19),
    },
    rectangular,
    plain_header,
    not_too_much,
)

POINT = Shape({"label": string(20), "value": number()})
SERIES = Shape({"name": string(20), "data": items(POINT, 1, 20)})
AXES = Shape(
    {"categories": items(string(20), 1, 20)}, {"x_label": string(50), "y_label": string(50)}
)
SEGMENT = Shape({"label": string(20), "value": number(0, above=True)})


def names_differ(value: dict[str, Any], pointer: str) -> Problems:
    """No series' name twice."""
    yield from unique([each["name"] for each in value["series"]], f"{pointer}/series", "name")


def a_point_for_each_category(value: dict[str, Any], pointer: str) -> Problems:
    """Every series has exactly one point for each category."""
    expected = sorted(value["axis_config"]["categories"])
    for index, series in enumerate(value["series"]):
        if sorted(point["label"] for point in series["data"]) != expected:
            where = f"{pointer}/series/{index}/data"
            yield Problem(where, "must have exactly one point for each category")


_drawn = Shape(
    {"series": items(SERIES, 1, 6), "axis_config": AXES},
    None,
    names_differ,
    a_point_for_each_category,
)
DATA_VISUALIZATION = Shape(
    {
        "title": string(50),
        "chart": typed(
            {
                "line": _drawn,
                "bar": _drawn,
                "area": _drawn,
                "pie": Shape({"segments": items(SEGMENT, 1, 6)}),
            }
        ),
    },
    {"block_id": IDENTIFIER},
)
