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
from handlers.blocks.digests.wording import Voice, figure, inside, title
from handlers.blocks.text import dots

MOST_BUTTONS = 10

SHORT_CHECKSUM = 8
"""Characters of a hash in the channel; its thread has all of them."""


class Heading(NamedTuple):
    """The title."""

    text: str


class Lines(NamedTuple):
    """A paragraph or a list, one row a line."""

    rows: Sequence[str]


class Small(NamedTuple):
    """A grey line at the end."""

    text: str


class Buttons(NamedTuple):
    """Cases to open."""

    cases: Sequence[int]


Part = Heading | Lines | Small | Buttons | Chart | Table


def channel_parts(digest: Digest, voice: Voice) -> Iterator[Part]:
    """The short message: the sentence, what waits, the chart, the audit checksum."""
    yield Heading(title(digest))
    yield Lines([voice.strong(headline(digest, voice))])
    if said := remarks(digest, voice):
        yield Lines(said)
    if Section.WAITING in digest.sections and digest.waiting:
        yield Lines([voice.strong("Needs attention"), *waiting_lines(digest, voice)])
        yield Buttons(_cases(digest))
    if Section.TREND in digest.sections and (drawn := chart(digest)) is not None:
        yield drawn
    yield Small(dots((*_record(digest, voice), *_calm(digest), "Details in the thread")))


def thread_parts(digest: Digest, voice: Voice, command: str) -> Iterator[Part]:
    """The details."""
    yield Lines([voice.strong(f"Details of {inside(digest)}")])
    if Section.USAGE in digest.sections:
        yield from _usage(digest, voice)
    if Section.UNUSUAL in digest.sections:
        yield Lines([voice.strong("Unusual"), *unusual_lines(digest, voice)])
    if Section.USAGE in digest.sections and digest.differences:
        told = difference_lines(digest, voice)
        yield Lines([voice.strong("Where a vendor's own report differs"), *told])
    if Section.MODERATION in digest.sections:
        yield Lines([voice.strong("Moderation"), *act_lines(digest.acts, voice)])
    if Section.USAGE in digest.sections and digest.costs:
        yield Lines([voice.strong("Costs"), *cost_lines(digest.costs, voice)])
    if Section.RECORD in digest.sections and digest.head[0]:
        number, value = digest.head
        whole = f"Entry {figure(number)} of the audit log: {voice.mono(value)}"
        yield Lines([voice.strong("Audit checksum"), whole])
    yield Small(_foot(digest, voice, command))


def _usage(digest: Digest, voice: Voice) -> Iterator[Part]:
    yield from tables(digest)
    if longest := longest_calls(digest, voice):
        yield Lines([voice.strong("The longest calls"), *longest])
    if missing := [gap for gap in digest.gaps if gap.vendor not in digest.vendors]:
        yield Lines([f"• {gap_words(gap, voice)}" for gap in missing[:MOST_GAPS]])


def _cases(digest: Digest) -> list[int]:
    """The cases that wait, each once."""
    return list(dict.fromkeys(one.case for one in digest.waiting if one.case > 0))[:MOST_BUTTONS]


def _record(digest: Digest, voice: Voice) -> list[str]:
    """The audit log's last number and hash: kept here, they show whether it was changed later."""
    if Section.RECORD not in digest.sections:
        return []
    number, value = digest.head
    if not number:
        return ["The audit log is empty"]
    return [f"Audit checksum of entry {figure(number)}: {voice.mono(value[:SHORT_CHECKSUM])}"]


def _calm(digest: Digest) -> list[str]:
    calm = Section.WAITING in digest.sections and not digest.waiting
    return ["Nothing needs attention"] if calm else []


def _foot(digest: Digest, voice: Voice, command: str) -> str:
    """Names nobody: Slack would call them to the thread every day."""
    way = voice.mono(f"{command} digest list")
    return (
        f"To change, pause or stop this digest: {way}. Days are those of "
        f"{voice.quote(digest.zone, 60)}; made {voice.at(digest.made_at)}."
    )
