"""What a person would press: the element in front of them with that label, and the option in it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.demo.slack.errors import NotShown
from bot.demo.slack.people import User
from bot.demo.slack.screen import STATEFUL, Control, Json, Shown, Values, View, controls, state_of
from bot.demo.slack.workspace import Workspace

BUTTONS = ("button", "workflow_button")

LEAST_TYPED = 3
"""Letters before Slack asks for options (docs.slack.dev, select menu of external data source)."""


class Wanted(NamedTuple):
    """How to recognise what is to be pressed; None leaves it open.

    `text` is a label of a button, or of an option in a menu. `value` is a button's or option's
    value, or what is typed into a field. `near` are words in a block: the first fitting element
    from that block on is meant.
    """

    action_id: str | None = None
    text: str | None = None
    value: str | None = None
    near: str | None = None


class Pick(NamedTuple):
    """An element, and what was chosen or typed in it."""

    control: Control
    state: Json


def find(shown: Shown, wanted: Wanted) -> Pick:
    """The one thing that fits; NotShown when there is none, or more than one."""
    start, filled = _start(shown, wanted.near), state_of(shown)
    picks = [
        Pick(control, state)
        for control in controls(shown.blocks)
        if control.place >= start and wanted.action_id in (None, control.element["action_id"])
        for state in _states(seen(shown, control), wanted, _several(filled, control))
    ]
    if not picks or (len(picks) > 1 and wanted.near is None):
        found = "nothing" if not picks else f"{len(picks)} things"
        raise NotShown(f"{found} to press for {wanted}; there is: {', '.join(_labels(shown))}")
    return picks[0]


def seen(shown: Shown, control: Control) -> Json:
    """The element with the options in front of people: those the app looked up last, if it does."""
    element = control.element
    if not element["type"].endswith("external_select"):
        return element
    return {**element, "options": shown.suggested.get(control.key, [])}


def _several(filled: Values, control: Control) -> list[Json]:
    """What is chosen so far in a menu that takes several."""
    block, action = control.key
    return list(filled.get(block, {}).get(action, {}).get("selected_options") or ())


def require_in_front(world: Workspace, user: User, shown: Shown) -> None:
    """NotShown unless `shown`, or what it is a copy of, is in front of that person."""
    if isinstance(shown, View):
        open_now = (world.modals.top(user.id), world.modals.homes.get(user.id))
        there = any(view is not None and view.id == shown.id for view in open_now)
    else:
        there = any(each.ts == shown.ts for each in world.seen_by(user.id))
    if not there:
        raise NotShown(f"{user.name} does not see that")


def require_filled_in(view: View) -> None:
    """NotShown when a field that must not be empty is."""
    state = state_of(view)
    for control in controls(view.blocks):
        kind, block = control.element["type"], control.block
        if block["type"] == "input" and kind in STATEFUL and not block.get("optional"):
            told = state[control.key[0]][control.key[1]][STATEFUL[kind][0]]
            if told in (None, "", []):
                raise NotShown(f"{block['label']['text']!r} has to be filled in")


def require_dispatched(control: Control) -> None:
    """NotShown for a field whose changes Slack tells nobody: an input without dispatch_action."""
    block = control.block
    if block["type"] == "input" and not block.get("dispatch_action"):
        raise NotShown(f"{block['label']['text']!r} is sent only with the form")


def require_asked_for(control: Control, typed: str) -> None:
    """NotShown when Slack would not ask the app for options yet."""
    element = control.element
    if not element["type"].endswith("external_select"):
        raise NotShown(f"the app looks up no options for {element['action_id']!r}")
    if len(typed) < element.get("min_query_length", LEAST_TYPED):
        raise NotShown(f"{typed!r} is too short for Slack to ask what fits")


def field(shown: Shown, name: str) -> Control:
    """The field in the block called `name`; an action_id will do. NotShown when there is none."""
    for control in controls(shown.blocks):
        if control.element["type"] in STATEFUL and name in control.key:
            return control
    raise NotShown(f"no field {name!r}; there is: {', '.join(_labels(shown))}")


def entered(element: Json, value: Any) -> Json:
    """Slack's state of a field with `value` in it: text, an option's value or label, ids, a date.

    None empties it. NotShown when it is no option.
    """
    told, _, empty = STATEFUL[element["type"]]
    if value is None:
        return {told: empty}
    if told == "selected_option":
        return {told: _option(element, value)}
    if told == "selected_options":
        return {told: [_option(element, each) for each in value]}
    return {told: value}


def options_of(element: Json) -> list[Json]:
    """Everything a menu offers, its groups put together."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def _option(element: Json, wanted: Any) -> Json:
    if isinstance(wanted, dict):
        return wanted
    for option in options_of(element):
        if wanted in (option["value"], option["text"]["text"]):
            return option
    offered = [option["text"]["text"] for option in options_of(element)]
    raise NotShown(f"{wanted!r} is not offered; there is: {', '.join(offered)}")


def _states(element: Json, wanted: Wanted, chosen: list[Json]) -> Iterator[Json]:
    """Each way of using this element that fits; a menu of several keeps those `chosen`."""
    if element["type"] in BUTTONS:
        fits = wanted.text in (None, element["text"]["text"])
        if fits and wanted.value in (None, element.get("value")):
            yield {"value": element["value"]} if "value" in element else {}
    elif options_of(element):
        yield from _chosen(element, wanted, chosen)
    elif wanted.text is None and element["type"] in STATEFUL:
        yield entered(element, wanted.value)


def _chosen(element: Json, wanted: Wanted, chosen: list[Json]) -> Iterator[Json]:
    for option in options_of(element):
        fits = wanted.text in (None, option["text"]["text"])
        if fits and wanted.value in (None, option["value"]):
            many = STATEFUL.get(element["type"], ("selected_option",))[0] == "selected_options"
            yield {"selected_options": [*chosen, option]} if many else {"selected_option": option}


def _start(shown: Shown, near: str | None) -> int:
    """The position of the first block with these words in it."""
    if near is None:
        return 0
    for place, block in enumerate(shown.blocks):
        if any(near in words for words in strings(block)):
            return place
    raise NotShown(f"no block says {near!r}")


def strings(node: Any) -> Iterator[str]:
    """Every `text` in a block."""
    if isinstance(node, list):
        for each in node:
            yield from strings(each)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        yield from strings(list(node.values()))


def _labels(shown: Shown) -> Iterator[str]:
    for control in controls(shown.blocks):
        element = control.element
        options = [option["text"]["text"] for option in options_of(element)]
        label = element.get("text", {}).get("text") or "|".join(options) or element["type"]
        yield f"{label} ({element['action_id']})"
