"""A message reads in the terminal as it would in Slack."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.slack import Message, as_text
from bot.demo.slack.mrkdwn import resolve
from bot.demo.slack.screen import complete
from tests.demo_slack.any_blocks import (
    actions,
    button,
    card,
    chart,
    container,
    data_table,
    field,
    option,
    pie,
    plain,
    section,
)

Json = dict[str, Any]
NAMES = {"U1": "Ada", "C1": "general", "S1": "leads"}


def read(*blocks: Json) -> list[str]:
    message = Message("C1", "1.0", "U0", "for notifications", complete(list(blocks), "x"))
    return as_text(message, NAMES).split("\n")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("*bold* _leaning_ ~gone~ `K7QX`", "bold leaning gone K7QX"),
        ("`*not bold*` snake_case_name 2*3*4", "*not bold* snake_case_name 2*3*4"),
        ("&lt;@U1&gt; &amp;amp;", "<@U1> &amp;"),
        ("<@U1> <#C1> <!subteam^S1> <!here>", "@Ada #general @leads @here"),
        ("<@U9> <@U9|niner>", "@U9 @niner"),
        ("<https://x.example|the page> <https://x.example>", "the page https://x.example"),
        ("<!date^1792584000^{date_short_pretty} {time}|then>", "Oct 21, 2026 12:00 UTC"),
    ],
)
def test_markup_is_resolved(written: str, words: str) -> None:
    assert resolve(written, NAMES) == words


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(written: str) -> None:
    resolve(written, {})


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ({"type": "header", "text": plain("Two")}, ["Two", "───"]),
        (section("*a*\nb", fields=[plain("c")]), ["a", "b", "  c"]),
        (section("a", accessory=button()), ["a", "  [Go]"]),
        (
            actions(button(), {"type": "overflow", "options": [option(1), option(2)]}),
            ["[Go]  [⋯ Option 1 | Option 2]"],
        ),
        (
            actions(
                button(
                    confirm={
                        "title": plain("t"),
                        "text": plain("Sure?"),
                        "confirm": plain("y"),
                        "deny": plain("n"),
                    }
                )
            ),
            ["[Go] (asks: Sure?)"],
        ),
        (
            actions(
                {"type": "static_select", "options": [option(1)], "placeholder": plain("Pick")}
            ),
            ["[Pick ▾]"],
        ),
        (
            actions({"type": "static_select", "options": [option(1)], "initial_option": option(1)}),
            ["[Option 1 ▾]"],
        ),
        (
            actions(
                {
                    "type": "checkboxes",
                    "options": [option(1), option(2)],
                    "initial_options": [option(2)],
                }
            ),
            ["( ) Option 1  (x) Option 2"],
        ),
        ({**field(), "optional": True, "hint": plain("h")}, ["Reason (optional): [____]", "  h"]),
        (
            {"type": "context", "elements": [plain("a"), {"type": "image", "alt_text": "b"}]},
            ["a  (image: b)"],
        ),
        ({"type": "divider"}, ["─" * 20]),
        (
            {"type": "image", "image_url": "u", "alt_text": "b", "title": plain("a")},
            ["a (image: b)"],
        ),
        ({"type": "alert", "level": "warning", "text": plain("a")}, ["[warning] a"]),
        ({"type": "markdown", "text": "**a**"}, ["**a**"]),
        (card(actions=[button()]), ["All-hands", "[Go]"]),
        ({"type": "carousel", "elements": [card()]}, ["All-hands"]),
        (container(section("a")), ["Group", "  a"]),
        (data_table(), ["Calls", "x | x", "x | x"]),
        (chart(), ["Calls (line chart)", "  s0: 0 0, 1 1"]),
        (pie(2), ["Minutes (pie chart)", "  p0: 2"]),
        ({"type": "marquee"}, ["!! unknown block 'marquee' !!"]),
    ],
)
def test_each_block_reads(block: Json, lines: list[str]) -> None:
    assert read(block) == lines


def test_text_is_read_only_where_there_are_no_blocks() -> None:
    assert as_text(Message("C1", "1.0", "U0", "*words*")) == "words"
    assert read(section("blocks")) == ["blocks"]
