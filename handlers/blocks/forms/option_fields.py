"""The fields for a verb's options, made from their types, and what was filled in, checked.

A few values are a select, what the vendor lists a menu that is looked up, a target one of those
named in callwarden.toml, a name one line, a text several lines, answers one a line.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import ValidationError

from bot.calls.capabilities import Capability
from bot.calls.names import shown
from bot.calls.verbs import FROM_LIST, TO_READ, Verb
from handlers.blocks.action_values import MAX_SHOWN
from handlers.blocks.choices import short_value
from handlers.blocks.elements import option, plain_text, select
from handlers.blocks.emoji import with_emoji
from handlers.blocks.message import Block
from handlers.blocks.offers import TARGET, takes
from handlers.blocks.text import clean, cut

OPTION = "option."
"""What the ids of these fields begin with."""

RECORDING = f"{OPTION}recording"
"""The field for one of the recordings that run."""

MAX_FIELD = 3000
"""Slack's limit for what can be typed into a field."""


class FieldKind(StrEnum):
    """The kind of field in which an option is filled in."""

    CHOICE = "choice"
    TARGET = "target"
    NAME = "name"
    LISTED = "listed"
    TEXT = "text"
    TEXTS = "texts"


class FieldLayout(NamedTuple):
    """How a field of that kind looks: lines, most characters, what to put there, what was wrong."""

    multiline: bool
    most: int
    hint: str
    wrong: str


LAYOUTS: Mapping[FieldKind, FieldLayout] = {
    FieldKind.NAME: FieldLayout(
        multiline=False,
        most=255,
        hint="The name, as the vendor lists it",
        wrong="One word as the vendor lists it, without spaces or slashes.",
    ),
    FieldKind.TEXT: FieldLayout(
        multiline=True,
        most=500,
        hint="Everyone in the call may read it",
        wrong="A text of 1 to 500 characters.",
    ),
    FieldKind.TEXTS: FieldLayout(
        multiline=True,
        most=MAX_FIELD,
        hint="One a line, 2 to 10 of them",
        wrong="2 to 10 different ones, one a line, each at most 500 characters.",
    ),
}
"""The fields that are typed into."""

NOT_OFFERED = "Choose one of those offered."


def kind_of(verb: type[Verb], name: str) -> FieldKind:
    """The kind of field for that option of `verb`."""
    field = verb.model_fields[name]
    if FROM_LIST in field.metadata:
        return FieldKind.LISTED
    if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum):
        return FieldKind.CHOICE
    if TO_READ in field.metadata:
        return FieldKind.TEXT if field.annotation is str else FieldKind.TEXTS
    return FieldKind.TARGET if name == TARGET else FieldKind.NAME


def option_fields(
    verb: type[Verb],
    capability: Capability,
    targets: Sequence[str],
    filled: Mapping[str, str],
) -> list[Block]:
    """A field for each option that leaves a choice; `filled` is what stands in it so far."""
    blocks = [
        _field(verb, name, capability, targets, filled.get(name, "")) for name in verb.model_fields
    ]
    return [block for block in blocks if block is not None]


def _field(
    verb: type[Verb], name: str, capability: Capability, targets: Sequence[str], filled: str
) -> Block | None:
    kind = kind_of(verb, name)
    if kind is FieldKind.LISTED:
        return listed_field(name)
    if kind in {FieldKind.CHOICE, FieldKind.TARGET}:
        values = takes(verb, name, capability, targets)
        if len(values) < (1 if kind is FieldKind.TARGET else 2):
            return None
        chosen = (
            filled
            if filled in map(short_value, values)
            else short_value(_usual(verb, name, values))
        )
        offered = [option(shown(value), short_value(value)) for value in values]
        element = select(OPTION + name, offered, chosen, "Choose")
        block_id = f"{OPTION}{name}.{'.'.join(values)}"
    else:
        element = _writing(OPTION + name, LAYOUTS[kind], filled)
        block_id = OPTION + name
    return {
        "type": "input",
        "block_id": cut(block_id, 255),
        "label": plain_text(name.capitalize(), MAX_SHOWN),
        "element": element,
    }


def listed_field(name: str) -> Block:
    """A menu of what the vendor lists, looked up when it is opened; it may be left empty."""
    return {
        "type": "input",
        "block_id": OPTION + name,
        "label": plain_text(name.capitalize(), MAX_SHOWN),
        "hint": plain_text("Empty: the one that Callwarden started.", MAX_SHOWN),
        "optional": True,
        "element": {
            "type": "external_select",
            "action_id": OPTION + name,
            "min_query_length": 0,
            "placeholder": plain_text("What is running", MAX_SHOWN),
        },
    }


def _usual(verb: type[Verb], name: str, values: Sequence[str]) -> str:
    default = verb.model_fields[name].default
    return default if default in values else values[0]


def _writing(action_id: str, layout: FieldLayout, filled: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": action_id,
        "multiline": layout.multiline,
        "max_length": layout.most,
        "placeholder": plain_text(layout.hint, MAX_SHOWN),
    }
    return {**element, "initial_value": cut(filled, layout.most)} if filled else element


def read_options(
    verb: type[Verb],
    capability: Capability,
    targets: Sequence[str],
    filled: Mapping[str, str],
) -> tuple[Verb | None, dict[str, str]]:
    """The verb with what was filled in; or None, and what is wrong by option name."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in verb.model_fields:
        kind = kind_of(verb, name)
        if kind in {FieldKind.CHOICE, FieldKind.TARGET}:
            known = takes(verb, name, capability, targets)
            value = filled.get(name) or short_value(_usual(verb, name, known) if known else "")
            values[name] = next((choice for choice in known if short_value(choice) == value), value)
            if values[name] not in known:
                wrong[name] = NOT_OFFERED
        elif kind is FieldKind.LISTED:
            values[name] = filled.get(name) or None
        else:
            values[name] = _written(kind, filled.get(name, ""))
            if kind is FieldKind.TEXTS and len(set(values[name])) < len(values[name]):
                wrong[name] = LAYOUTS[kind].wrong
    if wrong:
        return None, wrong
    try:
        return verb.model_validate(values), {}
    except ValidationError as error:
        names = {str(details["loc"][0]) for details in error.errors()}
        return None, {name: LAYOUTS[kind_of(verb, name)].wrong for name in sorted(names)}


def _written(kind: FieldKind, text: str) -> Any:
    if kind is FieldKind.TEXTS:
        return tuple(line for typed in text.splitlines() if (line := clean(with_emoji(typed))))
    return clean(with_emoji(text) if kind is FieldKind.TEXT else text)
