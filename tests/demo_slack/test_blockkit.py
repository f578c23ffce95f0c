"""Every documented limit of Block Kit: what is at the limit passes, what is one over is refused."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.slack import check, check_view
from tests.demo_slack.any_blocks import (
    actions,
    button,
    card,
    chart,
    container,
    data_table,
    field,
    home,
    modal,
    pie,
    plain,
    section,
    table,
)
from tests.demo_slack.limits import (
    BLOCKS,
    ELEMENTS,
    IN_MODALS,
    NEWER,
    Limit,
    alert,
    carousel,
    header,
    image,
    markdown,
)

Json = dict[str, Any]

CASES = [
    *((name, "message", limit) for name, limit in {**ELEMENTS, **BLOCKS, **NEWER}.items()),
    *((name, "modal", limit) for name, limit in IN_MODALS.items()),
]


@pytest.mark.parametrize(
    ("surface", "limit"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_limit_may_be_reached_and_not_passed(surface: str, limit: Limit) -> None:
    assert check([limit.right], surface) == []
    assert check([limit.wrong], surface) == [(f"/blocks/0{limit.where}", limit.message)]


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_a_surface_holds_so_many_blocks(surface: str, most: int) -> None:
    assert check([section()] * most, surface) == []
    assert check([section()] * (most + 1), surface) == [
        ("/blocks", f"no more than {most} items allowed")
    ]


ONLY = {
    "message": [chart(), markdown("x")],
    "modal": [alert("x")],
    "message home": [table(), data_table(), carousel(1), container(section())],
    "message modal home": [card(), section(), field(), image(), header("x"), {"type": "divider"}],
}


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize(
    ("surfaces", "block"), [(where, block) for where, blocks in ONLY.items() for block in blocks]
)
def test_a_block_stands_only_where_slack_shows_it(surface: str, surfaces: str, block: Json) -> None:
    wrong = [] if surface in surfaces.split() else [f"unsupported type: {block['type']}"]
    assert [problem.message for problem in check([block], surface)] == wrong


def test_a_block_id_stands_once_in_a_message_and_an_action_id_once_in_its_block() -> None:
    twice = [section(block_id="same"), container(section(block_id="same"))]
    assert check(twice, "message") == [("/blocks/1/block_id", "`block_id` same already exists")]
    assert check([actions(button()), container(actions(button()))], "message") == []


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([chart(), chart(), chart()], "no more than 2 data_visualization blocks allowed"),
        ([table(), table()], "no more than 1 table blocks allowed"),
        (
            [markdown("x" * 6001)] * 2,
            "markdown must be less than 12001 characters",
        ),
    ],
)
def test_some_limits_hold_for_the_whole_message(blocks: list[Json], message: str) -> None:
    assert [problem.message for problem in check(blocks, "message")] == [message]


def test_a_chart_has_one_point_for_each_category_and_no_name_twice() -> None:
    missing, twice = chart(2), chart(2)
    del missing["chart"]["series"][1]["data"][0]
    twice["chart"]["series"][1]["name"] = "s0"
    assert check([missing], "message") == [
        ("/blocks/0/chart/series/1/data", "must have exactly one point for each category")
    ]
    assert check([twice], "message") == [("/blocks/0/chart/series", "`name` s0 already exists")]


@pytest.mark.parametrize("block", [chart(), pie(1), data_table()])
def test_a_workspace_may_refuse_charts(block: Json) -> None:
    assert [each.message for each in check([block], "message", charts=False)] == [
        f"unsupported type: {block['type']}"
    ]


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        (modal(title=plain("x" * 25)), ("/view/title/text", "must be less than 25 characters")),
        (modal(submit=plain("x" * 25)), ("/view/submit/text", "must be less than 25 characters")),
        (modal(close=plain("x" * 25)), ("/view/close/text", "must be less than 25 characters")),
        (
            modal(private_metadata="x" * 3001),
            ("/view/private_metadata", "must be less than 3001 characters"),
        ),
        (
            modal(callback_id="x" * 256),
            ("/view/callback_id", "must be less than 256 characters"),
        ),
        (
            {k: v for k, v in modal(field()).items() if k != "submit"},
            ("/view", "missing required field: submit"),
        ),
        (
            modal(section("")),
            ("/view/blocks/0/text/text", "must be more than 0 characters"),
        ),
        (modal(*[section()] * 101), ("/view/blocks", "no more than 100 items allowed")),
        (home(), ("/view/type", "unsupported type: home")),
    ],
)
def test_a_modal_has_limits_of_its_own(view: Json, problem: tuple[str, str]) -> None:
    assert check_view(view, "modal") == [problem]


def test_a_modal_at_its_limits_passes() -> None:
    longest = {name: plain("x" * 24) for name in ("title", "submit", "close")}
    ids = {"callback_id": "x" * 255, "private_metadata": "x" * 3000}
    assert check_view(modal(field(), **longest, **ids), "modal") == []
    assert check_view(home(section()), "home") == []


nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "options", "rows", "chart", "element", "action_id"]
            ),
            inner
            | st.sampled_from(
                [
                    "rich_text",
                    "button",
                    "section",
                    "actions",
                    "table",
                    "static_select",
                    "plain_text",
                ]
            ),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(nested)
def test_whatever_is_sent_is_answered_with_words(blocks: Any) -> None:
    for problem in check(blocks, "message"):
        assert str(problem).startswith("[ERROR] ")
        assert problem.pointer.startswith("/blocks")
