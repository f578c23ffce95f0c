"""Blocks for tests: right as they are, to be made wrong in one place."""

from typing import Any

Json = dict[str, Any]


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def option(number: int = 1, **more: Any) -> Json:
    return {"text": plain(f"Option {number}"), "value": f"v{number}", **more}


def options(count: int) -> list[Json]:
    return [option(number) for number in range(count)]


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def section(words: str = "words", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def field(**more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "words", **more}
    return {"type": "input", "block_id": "reason", "label": plain("Reason"), "element": element}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("Why?"),
        "submit": plain("Do it"),
        "blocks": list(blocks),
        **more,
    }


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


def cell(words: str) -> Json:
    return {"type": "raw_text", "text": words}


def grid(rows: int = 2, columns: int = 2) -> list[list[Json]]:
    return [[cell("x")] * columns for _ in range(rows)]


def table(rows: list[list[Json]] | None = None, **more: Any) -> Json:
    return {"type": "table", "rows": grid() if rows is None else rows, **more}


def data_table(rows: list[list[Json]] | None = None, **more: Any) -> Json:
    return table(rows, type="data_table", caption="Calls", **more)


def series(name: str, count: int = 2) -> Json:
    return {"name": name, "data": [{"label": str(i), "value": i} for i in range(count)]}


def chart(names: int = 1, points: int = 2, kind: str = "line") -> Json:
    drawn = {
        "type": kind,
        "series": [series(f"s{number}", points) for number in range(names)],
        "axis_config": {"categories": [str(i) for i in range(points)]},
    }
    return {"type": "data_visualization", "title": "Calls", "chart": drawn}


def pie(*values: float) -> Json:
    segments = [{"label": f"p{i}", "value": value} for i, value in enumerate(values)]
    return {
        "type": "data_visualization",
        "title": "Minutes",
        "chart": {"type": "pie", "segments": segments},
    }


def card(**more: Any) -> Json:
    return {"type": "card", "title": plain("All-hands"), **more}


def container(*children: Json, **more: Any) -> Json:
    return {
        "type": "container",
        "title": plain("Group"),
        "child_blocks": list(children),
        **more,
    }
