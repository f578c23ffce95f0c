"""A digest as Slack messages, the finest draft first: what one workspace refuses, another draws."""

from collections.abc import Iterable, Sequence

from bot.digests.digest import Digest
from handlers.blocks.action_values import CASE, CaseValue
from handlers.blocks.digests.chart import Chart
from handlers.blocks.digests.headline import spoken_headline
from handlers.blocks.digests.layout import (
    Buttons,
    Heading,
    Lines,
    Part,
    SmallPrint,
    channel_parts,
    thread_parts,
)
from handlers.blocks.digests.table import Table
from handlers.blocks.digests.wording import SLACK, title
from handlers.blocks.elements import actions, button, context, header, stacked, text_of
from handlers.blocks.message import Block, Message
from handlers.blocks.text import lines

MAX_BARE = 35_000
"""Characters of a message without blocks: Slack cuts at 40,000 (chat.postMessage)."""


def channel_drafts(digest: Digest) -> list[Message]:
    """The short message for the channel, as drafts: the finest first, see `drafts`."""
    return drafts(text_of(spoken_headline(digest, SLACK)), list(channel_parts(digest, SLACK)))


def thread_drafts(digest: Digest, command: str) -> list[Message]:
    """The details for the digest's thread, as drafts."""
    spoken = text_of(f"Details: {title(digest)}.")
    return drafts(spoken, list(thread_parts(digest, SLACK, command)))


def drafts(spoken: str, parts: Sequence[Part]) -> list[Message]:
    """The same parts three times: with charts and tables, as paragraphs, and without blocks.

    Each says everything, so whichever Slack takes, nothing is lost.
    """
    written = [block for part in parts for block in _written(part)]
    bare = lines((row for part in parts for row in rows(part)), MAX_BARE)
    fine = [block for part in parts for block in _drawn(part)]
    plainer = [Message(spoken, written)] if written != fine else []
    return [Message(spoken, fine), *plainer, Message(bare, [])]


def _drawn(part: Part) -> list[Block]:
    """As Slack draws it at best; a chart of one day is told."""
    if isinstance(part, Table):
        return [part.block(), *_notes([part.untold])]
    if isinstance(part, Chart) and (block := part.block()) is not None:
        return [block, *_notes(part.notes)]
    return _written(part)


def _notes(notes: Iterable[str]) -> list[Block]:
    text = " ".join(note for note in notes if note)
    return [context(text)] if text else []


def _written(part: Part) -> list[Block]:
    """As blocks that every workspace takes."""
    if isinstance(part, Heading):
        return [header(part.text)]
    if isinstance(part, SmallPrint):
        return [context(part.text)]
    if isinstance(part, Buttons):
        return _buttons(part)
    return stacked(rows(part))


def _buttons(part: Buttons) -> list[Block]:
    return actions(
        [
            button(f"Case #{number}", f"{CASE}#{number}", CaseValue(number=number))
            for number in part.cases
        ]
    )


def rows(part: Part) -> list[str]:
    """A part as lines of mrkdwn; none for buttons, which repeat what stands above them."""
    if isinstance(part, Lines):
        return list(part.rows)
    if isinstance(part, Heading):
        return [SLACK.strong(part.text)]
    if isinstance(part, SmallPrint):
        return [part.text]
    if isinstance(part, Chart):
        bullets = [f"• {row}" for row in part.rows]
        return [SLACK.strong(part.title), *bullets]
    if isinstance(part, Table):
        return [SLACK.strong(part.caption), *(f"• {row}" for row in part.lines())]
    return []
