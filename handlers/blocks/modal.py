"""An answer in a modal, for presses that have no message to answer in."""

from typing import Any

from handlers.blocks.elements import plain_text, section
from handlers.blocks.message import Message

MAX_TITLE, MAX_BLOCKS = 24, 100
"""Slack's limits for a modal."""

MAX_PARAGRAPH = 3000

DRAWABLE = {"header", "section", "actions", "context", "divider", "image", "rich_text", "container"}
"""Blocks a modal takes as they are (docs.slack.dev, reference/block-kit). A field would want a
button to submit it; tables and charts are for messages and the Home tab."""


def answer_view(message: Message) -> dict[str, Any]:
    """The message as a modal, without the blocks a modal does not take."""
    blocks = [block for block in message.blocks if block["type"] in DRAWABLE]
    return {
        "type": "modal",
        "title": plain_text("Callwarden", MAX_TITLE),
        "close": plain_text("Close", MAX_TITLE),
        "blocks": blocks[:MAX_BLOCKS] or [section(message.text[:MAX_PARAGRAPH])],
    }


def waiting_view() -> dict[str, Any]:
    """The modal that says to wait while a vendor is asked."""
    return answer_view(Message("One moment.", [section("One moment.")]))
