"""Who watches the log knows its lines: each is in docs/operating.md, by one grammar of names."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEVELS = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "error": "error",
    "exception": "error",
    "critical": "critical",
}
LOGGERS = {"log", "line"}
"""`line` is a logger bound to what all lines of one request say."""

AT_ANY_LEVEL = "log"
"""`line.log(level, event)`, where the level depends."""

HANDED_ON = "event"
"""The keyword by which a function is told as what to log a trouble."""

NAME = re.compile(r"(?:Slack )?[a-z]+(?:[ -][a-z]+)+")
NO_PAST = re.compile(r"\b(?:a|an|the|is|are|was|were|has|have|can|cannot|refused)\b")
"""Not `noun verb-in-past`; and Slack or a vendor rejects, only rules refuse."""

ROW = re.compile(r"\| `([^`]+)` \| ([a-z ,]+) \|")


def events(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each event that is logged, with its level; no level where that depends."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg == HANDED_ON and (event := text_of(keyword.value)):
                yield event, "warning"
        if not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if ast.unparse(node.func.value) in LOGGERS:
            method, said = node.func.attr, node.args
            if method in LEVELS and (event := text_of(said[0])):
                yield event, LEVELS[method]
            if method == AT_ANY_LEVEL and (event := text_of(said[1])):
                yield event, ""


def text_of(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def logged() -> dict[str, set[str]]:
    """The levels of every event in the sources."""
    found: dict[str, set[str]] = defaultdict(set)
    for top in ("bot", "handlers"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if path.is_relative_to(ROOT / "bot/demo"):
                continue
            for event, level in events(ast.parse(path.read_text(encoding="utf-8"))):
                found[event].add(level)
    return found


def told() -> dict[str, str]:
    """What stands in the column `level` of each event in the document."""
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    chapter = text.partition("\n## The log\n")[2].partition("\n## ")[0]
    return dict(ROW.findall(chapter))


def is_well_named(event: str) -> bool:
    return NAME.fullmatch(event) is not None and NO_PAST.search(event) is None


def test_every_event_stands_in_the_document_and_only_those() -> None:
    assert sorted(logged()) == sorted(told())


def test_the_document_names_the_level_of_each() -> None:
    document = told()
    wrong = {
        event: (levels, document[event])
        for event, levels in logged().items()
        if not all(level in document[event] for level in levels)
    }
    assert wrong == {}


def test_events_are_named_by_one_grammar() -> None:
    assert [event for event in logged() if not is_well_named(event)] == []


@pytest.mark.parametrize(
    "event", ["stopped", "the clock is wrong", "lookup_failed", "message refused", "a frame lost"]
)
def test_a_name_by_another_grammar_is_noticed(event: str) -> None:
    assert not is_well_named(event)


def test_events_are_noticed_in_every_way_they_are_logged() -> None:
    source = """
log.exception("write failed")
line.log(level, "vendor answered", ms=1)
write_view(call, event="form not drawn")
math.log(2, base)
"""
    assert list(events(ast.parse(source))) == [
        ("write failed", "error"),
        ("vendor answered", ""),
        ("form not drawn", "warning"),
    ]
