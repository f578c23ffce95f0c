"""A message as Slack wants it: blocks to look at, and text for notifications and screen readers."""

from typing import Any, NamedTuple

Block = dict[str, Any]
"""One Block Kit block, as a plain dict."""


class Message(NamedTuple):
    """What is shown. `text` is never empty: Slack reads it aloud where blocks cannot be shown."""

    text: str
    blocks: list[Block]
