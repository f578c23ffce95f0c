"""Slack's limits for what stands inside blocks (docs.slack.dev, reference/block-kit)."""

from collections.abc import Mapping
from typing import Any

from bot.demo.slack.block_rules.rules import (
    IDENTIFIER,
    Problem,
    Problems,
    Rule,
    Shape,
    among,
    anything,
    at_least_one,
    exactly_one,
    flag,
    items,
    number,
    plain,
    string,
    text,
    typed,
    unique,
)

CONFIRM = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": among("primary", "danger")},
)
OPTION = Shape(
    {"text": plain(75), "value": string(150)},
    {"description": plain(75), "url": string(3000)},
)
TICK = Shape(
    {"text": text(75), "value": string(150)},
    {"description": text(75)},
)
GROUP = Shape({"label": plain(75), "options": items(OPTION, 1, 100)})
CONVERSATIONS = Shape(
    {},
    {
        "include": items(among("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)


def _offered(value: dict[str, Any]) -> list[Any]:
    grouped = [option for group in value.get("option_groups", []) for option in group["options"]]
    return [*value.get("options", []), *grouped]


def picked_from_offer(value: dict[str, Any], pointer: str) -> Problems:
    """What is picked at first has to be among what is offered, exactly as it is written there."""
    one = [value["initial_option"]] if "initial_option" in value else []
    if any(pick not in _offered(value) for pick in (*one, *value.get("initial_options", []))):
        yield Problem(pointer, "initial option is not one of the options")


def values_differ(value: dict[str, Any], pointer: str) -> Problems:
    """No option's value twice."""
    yield from unique([option["value"] for option in _offered(value)], pointer, "value")


def in_order(value: dict[str, Any], pointer: str) -> Problems:
    """min_length is not above max_length."""
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield Problem(pointer, "min_length must be at most max_length")


ASKING: dict[str, Rule] = {"action_id": IDENTIFIER, "confirm": CONFIRM, "focus_on_load": flag}
MENU: dict[str, Rule] = {**ASKING, "placeholder": plain(150)}
SEVERAL: dict[str, Rule] = {**MENU, "max_selected_items": number(1)}
DISPATCH = Shape(
    {},
    {"trigger_actions_on": items(among("on_enter_pressed", "on_character_entered"))},
)
WRITING: dict[str, Rule] = {
    "action_id": IDENTIFIER,
    "placeholder": plain(150),
    "focus_on_load": flag,
    "dispatch_action_config": DISPATCH,
    "initial_value": string(3000, 0),
}
OFFER: dict[str, Rule] = {
    "options": items(OPTION, 1, 100),
    "option_groups": items(GROUP, 1, 100),
}
SUGGESTION = Shape(
    {},
    {"options": items(OPTION, 0, 100), "option_groups": items(GROUP, 0, 100)},
    exactly_one("options", "option_groups"),
    values_differ,
)
"""The answer to letters typed into a menu; an empty one says that nothing fits."""
BUTTON: dict[str, Rule] = {
    "action_id": IDENTIFIER,
    "value": string(2000),
    "url": string(3000),
    "style": among("primary", "danger"),
    "confirm": CONFIRM,
    "accessibility_label": string(75),
}


def _named(kind: str, initial: Mapping[str, Rule]) -> dict[str, Rule]:
    """A select and its multi-select of people or places."""
    one, many = (f"initial_{kind[:-1]}", f"initial_{kind}")
    return {
        f"{kind}_select": Shape(
            {}, {**MENU, **initial, one: string(), "response_url_enabled": flag}
        ),
        f"multi_{kind}_select": Shape({}, {**SEVERAL, **initial, many: items(string())}),
    }


PLACES: dict[str, Rule] = {"filter": CONVERSATIONS, "default_to_current_conversation": flag}

SELECTS: dict[str, Rule] = {
    "static_select": Shape(
        {},
        {**MENU, **OFFER, "initial_option": OPTION},
        exactly_one("options", "option_groups"),
        picked_from_offer,
        values_differ,
    ),
    "multi_static_select": Shape(
        {},
        {**SEVERAL, **OFFER, "initial_options": items(OPTION, 1, 100)},
        exactly_one("options", "option_groups"),
        picked_from_offer,
        values_differ,
    ),
    "external_select": Shape({}, {**MENU, "initial_option": OPTION, "min_query_length": number(0)}),
    "multi_external_select": Shape(
        {}, {**SEVERAL, "initial_options": items(OPTION, 1, 100), "min_query_length": number(0)}
    ),
    **_named("users", {}),
    **_named("channels", {}),
    **_named("conversations", PLACES),
}

PICKERS: dict[str, Rule] = {
    "checkboxes": Shape(
        {"options": items(TICK, 1, 10)},
        {**ASKING, "initial_options": items(TICK, 1, 10)},
        picked_from_offer,
        values_differ,
    ),
    "radio_buttons": Shape(
        {"options": items(TICK, 1, 10)},
        {**ASKING, "initial_option": TICK},
        picked_from_offer,
        values_differ,
    ),
    "datepicker": Shape({}, {**MENU, "initial_date": string(10)}),
    "timepicker": Shape({}, {**MENU, "initial_time": string(5), "timezone": string()}),
    "datetimepicker": Shape({}, {**ASKING, "initial_date_time": number(0)}),
}

FIELDS: dict[str, Rule] = {
    "plain_text_input": Shape(
        {},
        {
            **WRITING,
            "multiline": flag,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        },
        in_order,
    ),
    "number_input": Shape(
        {"is_decimal_allowed": flag},
        {**WRITING, "min_value": string(), "max_value": string()},
    ),
    "email_text_input": Shape({}, WRITING),
    "url_text_input": Shape({}, WRITING),
    "rich_text_input": Shape(
        {},
        {
            **WRITING,
            "initial_value": anything,
            "min_lines": number(1, 100),
            "max_lines": number(1, 100),
        },
    ),
    "file_input": Shape(
        {},
        {
            "action_id": IDENTIFIER,
            "filetypes": items(string()),
            "max_files": number(1, 10),
        },
    ),
}

BUTTONS: dict[str, Rule] = {
    "button": Shape({"text": plain(75)}, BUTTON),
    "workflow_button": Shape({"text": plain(75), "workflow": anything}, BUTTON),
}
OVERFLOW: dict[str, Rule] = {
    "overflow": Shape(
        {"options": items(OPTION, 1, 5)},
        {"action_id": IDENTIFIER, "confirm": CONFIRM},
        values_differ,
    ),
}
SLACK_FILE = Shape({}, {"id": string(), "url": string(3000)}, at_least_one("id", "url"))
IMAGE = Shape(
    {"alt_text": string(2000)},
    {"image_url": string(3000), "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)

single = {kind: rule for kind, rule in SELECTS.items() if not kind.startswith("multi_")}
IN_ACTIONS = typed({**BUTTONS, **OVERFLOW, **single, **PICKERS})
IN_SECTION = typed({**BUTTONS, **OVERFLOW, **SELECTS, **PICKERS, "image": IMAGE})
IN_INPUT = typed({**SELECTS, **PICKERS, **FIELDS})
IN_CARD = typed({"button": BUTTONS["button"]})
