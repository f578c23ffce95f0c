"""Slack's limits for each kind of block, and the surfaces it may stand on.

docs.slack.dev, reference/block-kit/blocks. Where a limit was raised in 2026, the older and smaller
one counts here, so that what passes is safe everywhere.
"""

from typing import NamedTuple

from bot.demo.slack.block_rules.elements import (
    IMAGE,
    IN_ACTIONS,
    IN_CARD,
    IN_INPUT,
    IN_SECTION,
    SLACK_FILE,
)
from bot.demo.slack.block_rules.rules import (
    IDENTIFIER,
    Problem,
    Problems,
    Rule,
    Shape,
    among,
    anything,
    at_least_one,
    at_most_one,
    exactly_one,
    flag,
    items,
    number,
    plain,
    string,
    text,
    typed,
)
from bot.demo.slack.block_rules.tables import DATA_TABLE, DATA_VISUALIZATION, TABLE

BLOCK: dict[str, Rule] = {"block_id": IDENTIFIER}
MESSAGE, MODAL, HOME = "message", "modal", "home"
EVERYWHERE = frozenset({MESSAGE, MODAL, HOME})


class Kind(NamedTuple):
    """A kind of block: its rule and where it may stand."""

    rule: Rule
    surfaces: frozenset[str] = EVERYWHERE


def no_dispatch_for_files(value: dict[str, object], pointer: str) -> Problems:
    """A file field cannot send each change."""
    element = value["element"]
    files = isinstance(element, dict) and element.get("type") == "file_input"
    if files and value.get("dispatch_action"):
        yield Problem(pointer, "dispatch_action is not allowed with file_input")


ICON = Shape({"name": string()})
CARD_TEXT, CARD_BODY = text(150), text(200)
CARD = Shape(
    {},
    {
        **BLOCK,
        "hero_image": IMAGE,
        "icon": IMAGE,
        "slack_icon": ICON,
        "title": CARD_TEXT,
        "subtitle": CARD_TEXT,
        "body": CARD_BODY,
        "subtext": CARD_BODY,
        "actions": items(IN_CARD, 1, 3),
    },
    at_least_one("hero_image", "title", "actions", "body"),
    at_most_one("icon", "slack_icon"),
)
TRASH = Shape(
    {"icon": among("trash"), "text": plain(75)},
    {"action_id": IDENTIFIER, "value": string(2000), "confirm": anything},
)
OPINION = Shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
FEEDBACK = Shape(
    {"positive_button": OPINION, "negative_button": OPINION}, {"action_id": IDENTIFIER}
)
RICH_TEXT = Shape({"elements": items(anything, 1)}, BLOCK)
TASK: dict[str, Rule] = {
    **BLOCK,
    "task_id": string(),
    "title": string(),
    "status": among("pending", "in_progress", "complete", "error"),
    "details": anything,
    "output": anything,
    "sources": items(anything),
}

IN_CONTAINER: dict[str, Rule] = {
    "actions": Shape({"elements": items(IN_ACTIONS, 1, 25)}, BLOCK),
    "context": Shape(
        {
            "elements": items(
                typed({"image": IMAGE, **{k: text() for k in ("plain_text", "mrkdwn")}}), 1, 10
            )
        },
        BLOCK,
    ),
    "divider": Shape({}, BLOCK),
    "file": Shape({"external_id": string(), "source": among("remote")}, BLOCK),
    "header": Shape({"text": plain(150)}, {**BLOCK, "level": number(1, 4)}),
    "image": Shape(
        {"alt_text": string(2000)},
        {**BLOCK, "image_url": string(3000), "slack_file": SLACK_FILE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "input": Shape(
        {"label": plain(2000), "element": IN_INPUT},
        {**BLOCK, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
        no_dispatch_for_files,
    ),
    "rich_text": RICH_TEXT,
    "section": Shape(
        {},
        {
            **BLOCK,
            "text": text(),
            "fields": items(text(2000), 1, 10),
            "accessory": IN_SECTION,
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "table": TABLE,
    "video": Shape(
        {
            "alt_text": string(),
            "title": plain(199),
            "thumbnail_url": string(3000),
            "video_url": string(3000),
        },
        {
            **BLOCK,
            "author_name": string(49),
            "title_url": string(3000),
            "description": plain(200),
            "provider_name": string(),
            "provider_icon_url": string(3000),
        },
    ),
}

CONTAINER = Shape(
    {"child_blocks": items(typed(IN_CONTAINER), 1, 10)},
    {
        **BLOCK,
        "title": plain(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": text(150),
        "width": among("narrow", "standard", "wide", "full"),
        "is_collapsible": flag,
        "default_collapsed": flag,
        "has_header_divider": flag,
    },
    exactly_one("title", "rich_text_title"),
)

NOT_IN_MODALS = frozenset({MESSAGE, HOME})
MESSAGES = frozenset({MESSAGE})

KINDS: dict[str, Kind] = {
    **{kind: Kind(rule) for kind, rule in IN_CONTAINER.items()},
    "file": Kind(IN_CONTAINER["file"], MESSAGES),
    "table": Kind(TABLE, NOT_IN_MODALS),
    "data_table": Kind(DATA_TABLE, NOT_IN_MODALS),
    "data_visualization": Kind(DATA_VISUALIZATION, MESSAGES),
    "card": Kind(CARD),
    "carousel": Kind(
        Shape({"elements": items(typed({"card": CARD}), 1, 10)}, BLOCK), NOT_IN_MODALS
    ),
    "container": Kind(CONTAINER, NOT_IN_MODALS),
    "alert": Kind(
        Shape(
            {"text": text(200)},
            {**BLOCK, "level": among("default", "info", "warning", "error", "success")},
        ),
        frozenset({MODAL}),
    ),
    "markdown": Kind(Shape({"text": string(12_000)}, BLOCK), MESSAGES),
    "context_actions": Kind(
        Shape(
            {"elements": items(typed({"feedback_buttons": FEEDBACK, "icon_button": TRASH}), 1, 5)},
            BLOCK,
        ),
        MESSAGES,
    ),
    "task_card": Kind(Shape({"title": string(), "task_id": string()}, TASK), MESSAGES),
    "plan": Kind(Shape({"title": string()}, {**BLOCK, "tasks": items(Shape({}, TASK))}), MESSAGES),
}
"""Every kind of block there is."""
