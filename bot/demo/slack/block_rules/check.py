"""Block Kit's rules: what Slack would say about a message's blocks or a view, before showing it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from bot.demo.slack.block_rules.blocks import HOME, KINDS, MESSAGE, MODAL
from bot.demo.slack.block_rules.rules import (
    Problem,
    Problems,
    Rule,
    Shape,
    anything,
    flag,
    plain,
    string,
    typed,
    unique,
)
from bot.demo.slack.block_rules.tables import MOST_CHARACTERS, words
from bot.demo.slack.screen import controls, leaves

MOST_BLOCKS = {MESSAGE: 50, MODAL: 100, HOME: 100}
MOST_MARKDOWN = 12_000
MOST_CHARTS = 2

REFUSED_WITHOUT_CHARTS = frozenset({"data_visualization", "data_table"})
"""What workspaces without native charts refuse, whatever stands in it."""


def check(
    blocks: Any, surface: str, *, charts: bool = True, pointer: str = "/blocks"
) -> list[Problem]:
    """What Slack finds wrong with `blocks` on a message, modal or home; empty when nothing."""
    if not isinstance(blocks, list):
        return [Problem(pointer, "must provide an array")]
    problems = [*_size(blocks, surface, pointer), *_each(blocks, surface, pointer, charts=charts)]
    return problems or [*_together(blocks, pointer)]


def _size(blocks: Sequence[Any], surface: str, pointer: str) -> Problems:
    most = MOST_BLOCKS[surface]
    if len(blocks) > most:
        yield Problem(pointer, f"no more than {most} items allowed")


def _each(blocks: Sequence[Any], surface: str, pointer: str, *, charts: bool) -> Problems:
    rule = _rule(surface, charts=charts)
    for index, block in enumerate(blocks):
        yield from rule(block, f"{pointer}/{index}")


@cache
def _rule(surface: str, *, charts: bool) -> Rule:
    """What holds for a block there, by its type."""
    return typed(
        {
            kind: spec.rule
            for kind, spec in KINDS.items()
            if surface in spec.surfaces and (charts or kind not in REFUSED_WITHOUT_CHARTS)
        }
    )


def _together(blocks: list[dict[str, Any]], pointer: str) -> Problems:
    """The rules over all blocks of a message or view."""
    yield from _ids(blocks, pointer)
    for kind, most in (("data_visualization", MOST_CHARTS), ("table", 1)):
        if sum(block["type"] == kind for block in blocks) > most:
            yield Problem(pointer, f"no more than {most} {kind} blocks allowed")
    tables = [block["rows"] for block in blocks if block["type"] == "table"]
    if sum(map(len, words(tables))) > MOST_CHARACTERS:
        yield Problem(pointer, f"tables must be less than {MOST_CHARACTERS + 1} characters")
    if sum(len(b["text"]) for b in blocks if b["type"] == "markdown") > MOST_MARKDOWN:
        yield Problem(pointer, f"markdown must be less than {MOST_MARKDOWN + 1} characters")


def _ids(blocks: list[dict[str, Any]], pointer: str) -> Problems:
    seen: set[str] = set()
    for place, block in leaves(blocks):
        name = block.get("block_id")
        if name in seen:
            yield Problem(f"{pointer}/{place}/block_id", f"`block_id` {name} already exists")
        seen |= {name} if name else set()
        used = [each.element.get("action_id") for each in controls([block])]
        yield from unique(
            [each for each in used if isinstance(each, str)], f"{pointer}/{place}", "action_id"
        )


COMMON: dict[str, Rule] = {
    "blocks": anything,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
VIEWS = {
    MODAL: Shape(
        {"title": plain(24), "blocks": anything},
        {
            **COMMON,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
    HOME: Shape({"blocks": anything}, COMMON),
}


def check_view(view: Any, *surfaces: str, charts: bool = True) -> list[Problem]:
    """What Slack finds wrong with a view of one of these `surfaces`; empty when nothing."""
    problems = [*typed({surface: VIEWS[surface] for surface in surfaces})(view, "/view")]
    if problems:
        return problems
    problems = check(view["blocks"], view["type"], charts=charts, pointer="/view/blocks")
    if not problems and view["type"] == MODAL and "submit" not in view:
        problems = [*_needs_submit(view["blocks"])]
    return problems


def _needs_submit(blocks: list[dict[str, Any]]) -> Problems:
    if any(block["type"] == "input" for block in blocks):
        yield Problem("/view", "missing required field: submit")
