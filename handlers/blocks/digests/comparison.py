"""A stretch held against another one, in words: a third more, twice as much, about the same."""

from collections.abc import Mapping, Sequence
from math import log
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.digests.digest import Digest
from bot.digests.subscription import Rhythm
from bot.usage.tally import Tally, total
from handlers.blocks.digests.wording import counted, joined, length

NOTHING_YET = "nothing to compare with yet"

FEW = 5
"""Below so many calls on both sides the numbers are told: a share of so little says too much."""

SHARES = {
    0.1: "a tenth of",
    0.2: "a fifth of",
    0.25: "a quarter of",
    1 / 3: "a third of",
    0.5: "half as {much} as",
    2 / 3: "a third {less} than",
    0.75: "a quarter {less} than",
    0.8: "a fifth {less} than",
    0.9: "a tenth {less} than",
    1.0: "about {same} as",
    1.1: "a tenth more{noun} than",
    1.2: "a fifth more{noun} than",
    1.25: "a quarter more{noun} than",
    4 / 3: "a third more{noun} than",
    1.5: "half as {much} again as",
    1.75: "three quarters more{noun} than",
    2.0: "twice as {much} as",
    2.5: "two and a half times as {much} as",
    3.0: "three times as {much} as",
    4.0: "four times as {much} as",
    5.0: "five times as {much} as",
    6.0: "six times as {much} as",
    8.0: "eight times as {much} as",
    10.0: "ten times as {much} as",
}
"""Shares that have a name. The nearest one is told, so it is at most an eighth off."""

LEAST, MOST = 0.07, 12.0
"""Beyond these there is no nearest name."""


class Baseline(NamedTuple):
    """What is compared with: its name, the vendors known on both sides, and their tallies."""

    name: str
    vendors: Sequence[Vendor]
    now: Tally
    then: Tally


def comparison(digest: Digest) -> str:
    """How much more or less it was, as it goes on after the numbers: `, a third more than …`.

    A day is held against a usual one of its weekday, as what is unusual is, or while too few are
    known against the one before. So few calls that a share misleads are told as they were. Only
    vendors known on both sides are compared.
    """
    baseline = _base(digest, digest.usual, usual_name(digest)) or _base(
        digest, digest.before, before_name(digest)
    )
    if baseline is None:
        return f"; {NOTHING_YET}"
    return (
        f"{'; ' if _in_numbers(baseline) else ', '}{_against(baseline)}{_alone(digest, baseline)}"
    )


def usual_name(digest: Digest) -> str:
    """The name of the last four of its weekday together: `a usual Tuesday`."""
    return f"a usual {digest.day:%A}"


def before_name(digest: Digest) -> str:
    """The name of the day or week a week earlier: `the Tuesday before`."""
    weekly = digest.rhythm is Rhythm.WEEKLY
    return "the week before" if weekly else f"the {digest.day:%A} before"


def _base(digest: Digest, then: Mapping[Vendor, Tally] | None, name: str) -> Baseline | None:
    known = then or {}
    both = [vendor for vendor in Vendor if vendor in digest.vendors and vendor in known]
    if not both:
        return None
    now = total(digest.vendors[vendor] for vendor in both)
    return Baseline(name, both, now, total(known[vendor] for vendor in both))


def _alone(digest: Digest, baseline: Baseline) -> str:
    """Which vendors were compared, where it was not all that are told of."""
    if len(baseline.vendors) == len(digest.vendors):
        return ""
    return f" (counting only {joined(vendor.label for vendor in baseline.vendors)})"


def _in_numbers(baseline: Baseline) -> bool:
    """Whether a share would mislead."""
    return (
        max(baseline.now.calls, baseline.then.calls) < FEW
        or min(baseline.now.calls, baseline.then.calls) < 1
    )


def _against(baseline: Baseline) -> str:
    if _in_numbers(baseline):
        return f"{baseline.name} {_words(baseline)}"
    return f"{_words(baseline)} {baseline.name}"


def _words(baseline: Baseline) -> str:
    """The share in words that want a name after them, or the numbers, with a name before them."""
    if _in_numbers(baseline):
        return f"had {amount(baseline.then)}"
    calls = _share(baseline.now.calls / baseline.then.calls)
    if baseline.then.seconds <= 0 or baseline.now.seconds < 0:
        return _told(calls, "calls")
    spent = _share(baseline.now.seconds / baseline.then.seconds)
    return _told(spent, "" if spent == calls else "minutes")


def amount(tally: Tally) -> str:
    """The calls and minutes of a tally: `42 calls and 1,310 minutes`, `no calls`."""
    if not tally.calls and not tally.seconds:
        return "no calls"
    return f"{counted(tally.calls, 'call')} and {length(tally.seconds)}"


def _share(ratio: float) -> str:
    """The named share that is nearest, as a pattern."""
    if ratio < LEAST:
        return "less than a tenth of"
    if ratio > MOST:
        return "more than ten times as {much} as"
    return SHARES[min(SHARES, key=lambda named: abs(log(ratio / named)))]


def _told(pattern: str, noun: str) -> str:
    """The pattern for calls and minutes alike, or where they differ for one of them."""
    if pattern.endswith(" of") and noun:
        return f"{pattern} the {noun} of"
    return pattern.format(
        noun=f" {noun}" if noun else "",
        much=f"many {noun}" if noun else "much",
        less=f"fewer {noun}" if noun else "less",
        same=f"as many {noun}" if noun else "the same",
    )
