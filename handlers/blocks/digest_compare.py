"""A stretch held against another one, in words: a third more, twice as much, about the same."""

from collections.abc import Mapping
from math import log
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.digests.digest import Digest
from bot.digests.subscription import Rhythm
from bot.usage.tally import Tally, total
from handlers.blocks.digest_voice import counted, joined, length

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


class Base(NamedTuple):
    """What is compared with: its name, and the tallies of both sides over the same vendors."""

    name: str
    now: Tally
    then: Tally


def comparison(digest: Digest) -> str:
    """How much more or less it was, as it goes on after the numbers: `, a third more than …`.

    Where the same weekday and the mean of seven days say the same, that is a usual weekday;
    otherwise both are named. So few calls that a share misleads are told as they were. Only vendors
    known on both sides are compared.
    """
    weekday = f"{digest.day:%A}"
    weekly = digest.rhythm is Rhythm.WEEKLY
    before = _base(digest, digest.before, "the week before" if weekly else f"the {weekday} before")
    usual = _base(digest, digest.usual, "the mean of the seven days before")
    bases = [one for one in (before, usual) if one is not None]
    if not bases:
        return f"; {NOTHING_YET}"
    if any(_in_numbers(one) for one in bases):
        said = _against(bases[0])
        return f"{'; ' if _in_numbers(bases[0]) else ', '}{said}{_alone(digest)}"
    if len(bases) > 1 and len({_words(one) for one in bases}) == 1:
        bases = [bases[0]._replace(name=f"a usual {weekday}")]
    return f", {' and '.join(map(_against, bases))}{_alone(digest)}"


def _base(digest: Digest, then: Mapping[Vendor, Tally] | None, name: str) -> Base | None:
    both = _both(digest, then)
    if then is None or not both:
        return None
    now = total(digest.vendors[vendor] for vendor in both)
    return Base(name, now, total(then[vendor] for vendor in both))


def _both(digest: Digest, then: Mapping[Vendor, Tally] | None) -> list[Vendor]:
    return [vendor for vendor in Vendor if vendor in digest.vendors and vendor in (then or {})]


def _alone(digest: Digest) -> str:
    """Which vendors were compared, where it was not all that are told of."""
    compared = _both(digest, digest.before) or _both(digest, digest.usual)
    if len(compared) == len(digest.vendors):
        return ""
    return f" (counting only {joined(vendor.label for vendor in compared)})"


def _in_numbers(base: Base) -> bool:
    """Whether a share would mislead."""
    return max(base.now.calls, base.then.calls) < FEW or min(base.now.calls, base.then.calls) < 1


def _against(base: Base) -> str:
    if _in_numbers(base):
        return f"{base.name} {_words(base)}"
    return f"{_words(base)} {base.name}"


def _words(base: Base) -> str:
    """The share in words that want a name after them, or the numbers, with a name before them."""
    if _in_numbers(base):
        return f"had {amount(base.then)}"
    calls = _share(base.now.calls / base.then.calls)
    if base.then.seconds <= 0 or base.now.seconds < 0:
        return _told(calls, "calls")
    spent = _share(base.now.seconds / base.then.seconds)
    return _told(spent, "" if spent == calls else "minutes")


def amount(tally: Tally) -> str:
    """`42 calls and 1,310 minutes`, `no calls`."""
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
