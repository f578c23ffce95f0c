"""The few Block Kit pieces everything is built from, each within Slack's documented limits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from handlers.blocks.action_values import MAX_VALUE, Value, dump
from handlers.blocks.message import Block
from handlers.blocks.text import cut, lines, plain, unescaped

MAX_TEXT, MAX_HEADER, MAX_LABEL, MAX_OPTIONS = 3000, 150, 75, 100
"""Slack's limits: characters of a text, a header and a button or option; options of a select."""

MAX_DIALOG_TITLE, MAX_QUESTION, MAX_ANSWER = 100, 300, 30
"""Slack's limits for a confirmation dialog: its title, its text, and each of its buttons."""

MAX_MENU = 5
"""Slack's limit for the options of an overflow menu."""


def stamp(at: datetime) -> str:
    """A short mark for this drawing of a card: Slack wants new block_ids on each update."""
    return format(int(at.timestamp() * 1000), "x")


def plain_text(text: str, limit: int) -> dict[str, Any]:
    """A plain_text object with `text`, cut at `limit` characters."""
    return {"type": "plain_text", "text": plain(text, limit), "emoji": True}


def mrkdwn_text(text: str) -> dict[str, Any]:
    """Our own mrkdwn, in which Slack is not to look for links or names."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    """A header block."""
    return {"type": "header", "text": plain_text(text, MAX_HEADER)}


def section(text: str, **more: Any) -> Block:
    """Our own mrkdwn as a paragraph, perhaps with an accessory."""
    return {"type": "section", "text": mrkdwn_text(text), **more}


def paragraph(parts: Iterable[str]) -> Block:
    """Our own mrkdwn lines as one paragraph; an ellipsis stands for what does not fit."""
    return section(lines(parts, MAX_TEXT))


def stacked(rows: Iterable[str]) -> list[Block]:
    """Our own mrkdwn lines, each of at most MAX_TEXT, in as few paragraphs as hold them all."""
    stack: list[list[str]] = []
    room = 0
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            stack.append([])
            room = MAX_TEXT - len(row)
        stack[-1].append(row)
    return [section("\n".join(part)) for part in stack]


def context(text: str) -> Block:
    """A context block: a small grey line of our own mrkdwn."""
    return {"type": "context", "elements": [mrkdwn_text(text)]}


def actions(elements: Sequence[Block | None], block_id: str | None = None) -> list[Block]:
    """A row of buttons and menus without the missing ones; nothing when none is left."""
    there = [element for element in elements if element is not None]
    if not there:
        return []
    block: Block = {"type": "actions", "elements": there}
    return [block if block_id is None else {**block, "block_id": block_id}]


def button(label: str, action_id: str, value: Value, style: str | None = None) -> Block | None:
    """A button; None when the ids it has to carry are longer than a button holds."""
    carried = dump(value)
    if len(carried) > MAX_VALUE:
        return None
    block: Block = {
        "type": "button",
        "text": plain_text(label, MAX_LABEL),
        "action_id": action_id,
        "value": carried,
    }
    return block if style is None else {**block, "style": style}


def with_confirmation(block: Block | None, question: str, yes: str) -> Block | None:
    """The button, with a dialog before it is pressed for good: title 100, text 300, buttons 30.

    `question` may be our own mrkdwn; the dialog shows plain text.
    """
    if block is None:
        return None
    dialog = {
        "title": plain_text("Are you sure?", MAX_DIALOG_TITLE),
        "text": plain_text(unescaped(question), MAX_QUESTION),
        "confirm": plain_text(yes, MAX_ANSWER),
        "deny": plain_text("Cancel", MAX_ANSWER),
    }
    return {**block, "confirm": dialog}


def option(label: str, value: str) -> dict[str, Any]:
    """One option of a menu or select; `value` must be at most 150 characters."""
    return {"text": plain_text(label, MAX_LABEL), "value": value}


def select(
    action_id: str, options: Sequence[dict[str, Any]], chosen: str | None, placeholder: str
) -> Block:
    """A select of at most 100 options, with the one whose value is `chosen` picked."""
    offered = list(options[:MAX_OPTIONS])
    block: Block = {
        "type": "static_select",
        "action_id": action_id,
        "options": offered,
        "placeholder": plain_text(placeholder, MAX_HEADER),
    }
    initial = next((choice for choice in offered if choice["value"] == chosen), None)
    return block if initial is None else {**block, "initial_option": initial}


def overflow(action_id: str, options: Sequence[dict[str, Any]]) -> Block | None:
    """A menu of the first five options; None without any."""
    if not options:
        return None
    return {"type": "overflow", "action_id": action_id, "options": list(options[:MAX_MENU])}


def text_of(*parts: str) -> str:
    """The text beside blocks, for notifications and screen readers: never empty, never long."""
    return cut(" ".join(part for part in parts if part), MAX_TEXT)
