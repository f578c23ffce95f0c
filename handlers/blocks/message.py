"""A message as Slack wants it: blocks to look at, and text for notifications and screen readers."""

from typing import Any, NamedTuple

Block = dict[str, Any]
"""One Block Kit block, as a plain dict."""


class Message(NamedTuple):
    """A message: its blocks, and a `text`, never empty, for where blocks cannot be shown."""

    text: str
    blocks: list[Block]
