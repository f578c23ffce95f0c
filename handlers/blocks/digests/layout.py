"""What a digest is made of, before it is drawn: a short message, and the details in its thread."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.digests.digest import Digest
from bot.digests.subscription import Section
from handlers.blocks.digests.chart import Chart, chart
from handlers.blocks.digests.details import (
    act_lines,
    cost_lines,
    difference_lines,
    unusual_lines,
    waiting_lines,
)
from handlers.blocks.digests.headline import MOST_GAPS, gap_words, headline, remarks
from handlers.blocks.digests.table import Table, longest_calls, tables
from handlers.blocks.digests.wording import TextStyle, figure, inside, title
from handlers.blocks.text import dots

MOST_BUTTONS = 10

SHORT_CHECKSUM = 8
"""Characters of a hash in the channel; its thread has all of them."""


class Heading(NamedTuple):
    """The title of a message."""

    text: str


class Lines(NamedTuple):
    """A paragraph or a list, one row a line."""

    rows: Sequence[str]


class SmallPrint(NamedTuple):
    """A small grey line at the end of a message."""

    text: str


class Buttons(NamedTuple):
    """A row of buttons that open cases, by number."""

    cases: Sequence[int]


Part = Heading | Lines | SmallPrint | Buttons | Chart | Table


def channel_parts(digest: Digest, text_style: TextStyle) -> Iterator[Part]:
    """The parts of the channel's message: headline, what waits, chart, audit checksum."""
    yield Heading(title(digest))
    yield Lines([text_style.strong(headline(digest, text_style))])
    if said := remarks(digest, text_style):
        yield Lines(said)
    if Section.WAITING in digest.sections and digest.waiting:
        yield Lines([text_style.strong("Needs attention"), *waiting_lines(digest, text_style)])
        yield Buttons(_cases(digest))
    if Section.TREND in digest.sections and (drawn := chart(digest)) is not None:
        yield drawn
    yield SmallPrint(dots((*_record(digest, text_style), *_calm(digest), "Details in the thread")))


def thread_parts(digest: Digest, text_style: TextStyle, command: str) -> Iterator[Part]:
    """The parts of the thread below it: tables, the unusual, moderation, costs, and notes."""
    yield Lines([text_style.strong(f"Details of {inside(digest)}")])
    if Section.USAGE in digest.sections:
        yield from _usage(digest, text_style)
    if Section.UNUSUAL in digest.sections:
        yield Lines([text_style.strong("Unusual"), *unusual_lines(digest, text_style)])
    if Section.USAGE in digest.sections and digest.differences:
        differences = difference_lines(digest, text_style)
        yield Lines([text_style.strong("Where a vendor's own report differs"), *differences])
    if Section.MODERATION in digest.sections:
        yield Lines([text_style.strong("Moderation"), *act_lines(digest.acts, text_style)])
    if Section.USAGE in digest.sections and digest.costs:
        yield Lines([text_style.strong("Costs"), *cost_lines(digest.costs, text_style)])
    if Section.RECORD in digest.sections and digest.head[0]:
        number, value = digest.head
        whole = f"Entry {figure(number)} of the audit log: {text_style.mono(value)}"
        yield Lines([text_style.strong("Audit checksum"), whole])
    yield SmallPrint(_foot(digest, text_style, command))


def _usage(digest: Digest, text_style: TextStyle) -> Iterator[Part]:
    yield from tables(digest)
    if longest := longest_calls(digest, text_style):
        yield Lines([text_style.strong("The longest calls"), *longest])
    if missing := [gap for gap in digest.gaps if gap.vendor not in digest.vendors]:
        yield Lines([f"• {gap_words(gap, text_style)}" for gap in missing[:MOST_GAPS]])


def _cases(digest: Digest) -> list[int]:
    """The cases that wait, each once."""
    return list(dict.fromkeys(waiting.case for waiting in digest.waiting if waiting.case > 0))[
        :MOST_BUTTONS
    ]


def _record(digest: Digest, text_style: TextStyle) -> list[str]:
    """The audit log's last number and hash: kept here, they show whether it was changed later."""
    if Section.RECORD not in digest.sections:
        return []
    number, value = digest.head
    if not number:
        return ["The audit log is empty"]
    return [f"Audit checksum of entry {figure(number)}: {text_style.mono(value[:SHORT_CHECKSUM])}"]


def _calm(digest: Digest) -> list[str]:
    calm = Section.WAITING in digest.sections and not digest.waiting
    return ["Nothing needs attention"] if calm else []


def _foot(digest: Digest, text_style: TextStyle, command: str) -> str:
    """Names nobody: Slack would call them to the thread every day."""
    way = text_style.mono(f"{command} digest list")
    return (
        f"To change, pause or stop this digest: {way}. Days are those of "
        f"{text_style.quote(digest.zone, 60)}; made {text_style.at(digest.made_at)}."
    )
