"""How a digest speaks: the same words for Slack and for a terminal, and how numbers are told."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.digests.digest import Digest
from bot.digests.subscription import Rhythm
from bot.usage.days import SECONDS_PER_MINUTE
from handlers.blocks.text import clean, code, count, mrkdwn, plain, thousands, when, whole

TENTHS_BELOW = 10
"""Figures from here on are told without a tenth."""

WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
"""Small numbers as they are written in a sentence."""


class TextStyle(NamedTuple):
    """How texts are marked up: `quote` makes outside words harmless and short, `at` a moment."""

    quote: Callable[[str, int], str]
    strong: Callable[[str], str]
    mono: Callable[[str], str]
    at: Callable[[datetime], str]


SLACK = TextStyle(
    quote=mrkdwn,
    strong=lambda text: f"*{text}*",
    mono=code,
    at=when,
)
"""mrkdwn: outside words mean nothing in it, and times are told in the reader's own zone."""


def terminal(digest: Digest) -> TextStyle:
    """The text style of a terminal: plain, with times in the digest's time zone."""
    at = partial(_in_zone, zone=digest.zone)
    return TextStyle(quote=plain, strong=str, mono=clean, at=at)


def _in_zone(moment: datetime, zone: str) -> str:
    there = moment.astimezone(ZoneInfo(zone))
    return f"{day_name(there.date())} {there:%H:%M} ({zone})"


def day_name(day: date) -> str:
    """A day with its weekday: `Tuesday 17 November`."""
    return f"{day:%A} {date_name(day)}"


def date_name(day: date) -> str:
    """A day without its weekday: `17 November`."""
    return f"{day.day} {day:%B}"


def short_day(day: date) -> str:
    """A day in short: `17 Nov`."""
    return f"{day.day} {day:%b}"


def title(digest: Digest) -> str:
    """What the digest is about: `Tuesday 17 November`, or `Week of 9 to 15 November`."""
    if digest.rhythm is Rhythm.DAILY:
        return day_name(digest.day)
    first, last = digest.day, digest.last_day
    start = str(first.day) if (first.year, first.month) == (last.year, last.month) else None
    return f"Week of {start or date_name(first)} to {date_name(last)}"


def inside(digest: Digest) -> str:
    """The title inside a sentence: `Tuesday 17 November`, `the week of 9 to 15 November`."""
    name = title(digest)
    return name if digest.rhythm is Rhythm.DAILY else f"the w{name[1:]}"


def figure(number: float) -> str:
    """A number as digests write it: `1,310`, and `3.5` where a half matters."""
    if 0 < number < TENTHS_BELOW and number != whole(number):
        return f"{number:.1f}"
    return thousands(whole(number))


def counted(number: float, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 call`, `2,000 calls`."""
    return count(whole(number), one, many)


def minutes(seconds: int) -> int:
    """Whole minutes, half a minute rounded up."""
    return (whole(seconds) + SECONDS_PER_MINUTE // 2) // SECONDS_PER_MINUTE


def length(seconds: int) -> str:
    """A length in minutes: `1,310 minutes`; `under a minute` below half of one, unless it is 0."""
    if 0 < seconds < SECONDS_PER_MINUTE // 2:
        return "under a minute"
    return counted(minutes(seconds), "minute")


def times(number: int) -> str:
    """How often in words: `once`, `twice`, `three times`, `12 times`."""
    if number in (1, 2):
        return ("once", "twice")[number - 1]
    number_words = WORDS[number] if 0 <= number < len(WORDS) else thousands(whole(number))
    return f"{number_words} times"


def joined(names: Iterable[str]) -> str:
    """Names joined as in a sentence: `A`, `A and B`, `A, B and C`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def sentence(words: str) -> str:
    """`words` with a capital letter and a full stop."""
    words = words.rstrip(" .")
    return f"{words[:1].upper()}{words[1:]}."
