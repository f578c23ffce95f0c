"""Block Kit's documented limits, as pairs: what just passes, and what is refused and how."""

from collections.abc import Callable
from typing import NamedTuple

from tests.demo_slack.any_blocks import (
    Json,
    actions,
    button,
    card,
    cell,
    chart,
    container,
    data_table,
    field,
    grid,
    option,
    options,
    pie,
    plain,
    section,
    table,
)


class Limit(NamedTuple):
    """A block that passes, one that does not, and where in it what is said."""

    right: Json
    wrong: Json
    where: str
    message: str


def longest(most: int, where: str, make: Callable[[str], Json]) -> Limit:
    """So many characters."""
    message = f"must be less than {most + 1} characters"
    return Limit(make("x" * most), make("x" * (most + 1)), where, message)


def most(most: int, where: str, make: Callable[[int], Json]) -> Limit:
    """So many items."""
    return Limit(make(most), make(most + 1), where, f"no more than {most} items allowed")


def fewest(least: int, where: str, make: Callable[[int], Json]) -> Limit:
    """At least so many items."""
    return Limit(make(least), make(least - 1), where, f"no fewer than {least} items allowed")


CONFIRM = {"title": plain("T"), "text": plain("x"), "confirm": plain("Y"), "deny": plain("N")}
RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}


def select(*offered: Json, **more: Json) -> Json:
    return actions({"type": "static_select", "action_id": "pick", "options": [*offered], **more})


def overflow(count: int) -> Json:
    return actions({"type": "overflow", "action_id": "more", "options": options(count)})


def ticks(count: int) -> Json:
    return actions({"type": "checkboxes", "options": options(count)})


def header(words: str) -> Json:
    return {"type": "header", "text": plain(words)}


def context(count: int) -> Json:
    return {"type": "context", "elements": [plain("x")] * count}


def buttons(count: int) -> list[Json]:
    return [button(action_id=f"b{number}") for number in range(count)]


def asking(**more: Json) -> Json:
    return actions(button(confirm={**CONFIRM, **more}))


def image(**more: object) -> Json:
    return {"type": "image", "image_url": "https://x.example/y.png", "alt_text": "y", **more}


def carousel(count: int) -> Json:
    return {"type": "carousel", "elements": [card()] * count}


def alert(words: str) -> Json:
    return {"type": "alert", "text": plain(words)}


def markdown(words: str) -> Json:
    return {"type": "markdown", "text": words}


ELEMENT, CONFIRMING, OPTION = "/elements/0", "/elements/0/confirm", "/elements/0/options"

ELEMENTS: dict[str, Limit] = {
    "button label": longest(75, f"{ELEMENT}/text/text", lambda x: actions(button(text=plain(x)))),
    "button value": longest(2000, f"{ELEMENT}/value", lambda x: actions(button(value=x))),
    "button url": longest(3000, f"{ELEMENT}/url", lambda x: actions(button(url=x))),
    "action_id": longest(255, f"{ELEMENT}/action_id", lambda x: actions(button(action_id=x))),
    "action_id twice": Limit(
        actions(*buttons(2)), actions(button(), button()), "", "`action_id` go already exists"
    ),
    "button style": Limit(
        actions(button(style="danger")),
        actions(button(style="red")),
        f"{ELEMENT}/style",
        "must be a valid enum value: primary, danger",
    ),
    "confirm title": longest(100, f"{CONFIRMING}/title/text", lambda x: asking(title=plain(x))),
    "confirm text": longest(300, f"{CONFIRMING}/text/text", lambda x: asking(text=plain(x))),
    "confirm yes": longest(30, f"{CONFIRMING}/confirm/text", lambda x: asking(confirm=plain(x))),
    "confirm no": longest(30, f"{CONFIRMING}/deny/text", lambda x: asking(deny=plain(x))),
    "overflow": most(5, OPTION, overflow),
    "empty overflow": fewest(1, OPTION, overflow),
    "checkboxes": most(10, OPTION, ticks),
    "options": most(100, OPTION, lambda n: select(*options(n))),
    "option value": longest(150, f"{OPTION}/0/value", lambda x: select(option(value=x))),
    "option label": longest(75, f"{OPTION}/0/text/text", lambda x: select(option(text=plain(x)))),
    "option twice": Limit(
        select(option(1), option(2)),
        select(option(1), option(1)),
        ELEMENT,
        "`value` v1 already exists",
    ),
    "initial option": Limit(
        select(option(1), initial_option=option(1)),
        select(option(1), initial_option=option(7)),
        ELEMENT,
        "initial option is not one of the options",
    ),
    "placeholder": longest(
        150, f"{ELEMENT}/placeholder/text", lambda x: select(option(), placeholder=plain(x))
    ),
    "options or groups": Limit(
        select(option()),
        actions({"type": "static_select", "action_id": "pick"}),
        ELEMENT,
        "exactly one of options, option_groups is required",
    ),
}

BLOCKS: dict[str, Limit] = {
    "text": longest(3000, "/text/text", section),
    "empty text": Limit(section("x"), section(""), "/text/text", "must be more than 0 characters"),
    "fields": most(10, "/fields", lambda n: section(fields=[plain("x")] * n)),
    "field": longest(2000, "/fields/0/text", lambda x: section(fields=[plain(x)])),
    "nothing in a section": Limit(
        section(), {"type": "section"}, "", "missing required field: text or fields"
    ),
    "header": longest(150, "/text/text", header),
    "header is plain": Limit(
        header("x"),
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "/text/type",
        "unsupported type: mrkdwn",
    ),
    "actions": most(25, "/elements", lambda n: actions(*buttons(n))),
    "empty actions": fewest(1, "/elements", lambda n: actions(*buttons(n))),
    "context": most(10, "/elements", context),
    "block_id": longest(255, "/block_id", lambda x: section(block_id=x)),
    "image description": longest(2000, "/alt_text", lambda x: image(alt_text=x)),
    "image source": Limit(
        image(),
        image(slack_file={"id": "F1"}),
        "",
        "exactly one of image_url, slack_file is required",
    ),
    "label": longest(2000, "/label/text", lambda x: {**field(), "label": plain(x)}),
    "max_length": Limit(
        field(max_length=3000),
        field(max_length=3001),
        "/element/max_length",
        "must be at most 3000",
    ),
    "lengths in order": Limit(
        field(min_length=3, max_length=3),
        field(min_length=4, max_length=3),
        "/element",
        "min_length must be at most max_length",
    ),
    "dispatch": Limit(
        {**field(), "dispatch_action": True},
        {**field(), "element": {"type": "file_input"}, "dispatch_action": True},
        "",
        "dispatch_action is not allowed with file_input",
    ),
    "a button is no field": Limit(
        field(), {**field(), "element": button()}, "/element/type", "unsupported type: button"
    ),
    "unknown block": Limit(section(), {"type": "marquee"}, "/type", "unsupported type: marquee"),
    "unknown field": Limit(
        section(), section(colour="red"), "/colour", "invalid additional property: colour"
    ),
}

NEWER: dict[str, Limit] = {
    "table rows": most(100, "/rows", lambda n: table(grid(n))),
    "table columns": most(20, "/rows/0", lambda n: table(grid(1, n))),
    "table characters": longest(10_000, "/rows", lambda x: table([[cell(x)]])),
    "empty cell": Limit(
        table([[cell("x")]]),
        table([[cell("")]]),
        "/rows/0/0/text",
        "must be more than 0 characters",
    ),
    "column": Limit(
        table(column_settings=[None, {"align": "right"}]),
        table(column_settings=[{"align": "middle"}]),
        "/column_settings/0/align",
        "must be a valid enum value: left, center, right",
    ),
    "data_table rows": most(101, "/rows", lambda n: data_table(grid(n))),
    "data_table without rows": fewest(2, "/rows", lambda n: data_table(grid(n))),
    "data_table characters": longest(
        10_000, "/rows", lambda x: data_table([[cell("a")], [cell(x[1:])]])
    ),
    "data_table widths": Limit(
        data_table(),
        data_table([[cell("a"), cell("b")], [cell("c")]]),
        "/rows/1",
        "must have 2 cells",
    ),
    "data_table page": Limit(
        data_table(page_size=100), data_table(page_size=101), "/page_size", "must be at most 100"
    ),
    "data_table header": Limit(
        data_table([[cell("a")], [RICH]]),
        data_table([[RICH], [cell("a")]]),
        "/rows/0/0/type",
        "unsupported type: rich_text",
    ),
    "series": most(6, "/chart/series", chart),
    "no series": fewest(1, "/chart/series", chart),
    "segments": most(6, "/chart/segments", lambda n: pie(*[1] * n)),
    "empty segment": Limit(pie(0.1), pie(0), "/chart/segments/0/value", "must be more than 0"),
    "chart title": longest(50, "/title", lambda x: {**chart(), "title": x}),
    "card title": longest(150, "/title/text", lambda x: card(title=plain(x))),
    "card body": longest(200, "/body/text", lambda x: card(body=plain(x))),
    "card text is an object": Limit(card(), card(title="x"), "/title", "must provide an object"),
    "card buttons": most(3, "/actions", lambda n: card(actions=buttons(n))),
    "card icons": Limit(
        card(icon=image()),
        card(icon=image(), slack_icon={"type": "icon", "name": "phone"}),
        "",
        "only one of icon, slack_icon is allowed",
    ),
    "carousel": most(10, "/elements", carousel),
    "container": most(10, "/child_blocks", lambda n: container(*[section()] * n)),
    "nesting": Limit(
        container(table()),
        container(container(section())),
        "/child_blocks/0/type",
        "unsupported type: container",
    ),
    "markdown": longest(12_000, "/text", markdown),
}

IN_MODALS = {"alert": longest(200, "/text/text", alert)}
