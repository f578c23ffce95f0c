"""The sentence at the top of a digest, and what has to be said beside it."""

from collections.abc import Iterator
from datetime import date

from bot.calls.models import Vendor
from bot.digests.digest import Digest, Gap, Unusual
from bot.digests.subscription import Rhythm, Section
from bot.usage.days import DAY
from bot.usage.tally import Tally, total
from handlers.blocks.digests.comparison import amount, comparison
from handlers.blocks.digests.wording import (
    TextStyle,
    counted,
    day_name,
    figure,
    joined,
    length,
    sentence,
    times,
    title,
)

MOST_GAPS, MOST_FOLDED = 10, 7
"""Gaps and folded digests that are told of."""

MAX_WHY = 300
"""Characters of what a vendor's client says went wrong."""

FAILURES = ("recordings_failed", "failed")
RANKS = (*FAILURES, "unanswered", "calls", "seconds", "people", "peak_people")
"""What is unusual, the gravest first."""

NOUNS = {
    "calls": ("call", "calls"),
    "seconds": ("minute", "minutes"),
    "minutes": ("minute", "minutes"),
    "person minutes": ("participant minute", "participant minutes"),
    "people": ("person", "people"),
    "peak_people": ("person at once", "people at once"),
    "recordings": ("recording", "recordings"),
    "recordings_failed": ("failed recording", "failed recordings"),
    "unanswered": ("unanswered call", "unanswered calls"),
    "failed": ("failed call", "failed calls"),
}
"""What a number of a tally or a report counts, in words; a tally's seconds are told in minutes."""


def headline(digest: Digest, text_style: TextStyle) -> str:
    """One sentence: how much, compared with what is usual, and the gravest thing beside it."""
    parts = [_numbers(digest)] if Section.USAGE in digest.sections else []
    parts += [worst] if (worst := _worst(digest, text_style)) else []
    return sentence("; ".join(parts) if parts else _calm(digest))


def _numbers(digest: Digest) -> str:
    """`42 calls, 1,310 minutes without CometChat, a third more than a usual Tuesday`."""
    if not digest.vendors:
        stretch = "this week" if digest.rhythm is Rhythm.WEEKLY else "this day"
        return f"nothing is known of {stretch} yet"
    missing = [gap.vendor for gap in digest.gaps if gap.vendor not in digest.vendors]
    without = [vendor.label for vendor in Vendor if vendor in missing]
    all_told = total(digest.vendors.values())
    words = _much(all_told)
    if without:
        words += (
            f" without {joined(without)}" if all_told.calls else f", {joined(without)} not counted"
        )
    return words + comparison(digest)


def _much(tally: Tally) -> str:
    if tally.calls:
        return f"{counted(tally.calls, 'call')}, {length(tally.seconds)}"
    return f"no new calls, {length(tally.seconds)} of earlier ones" if tally.seconds else "no calls"


def _calm(digest: Digest) -> str:
    """What is said where the numbers were not asked for and nothing stands out."""
    if Section.WAITING in digest.sections and digest.waiting:
        waiting = counted(len(digest.waiting), "thing needs attention", "things need attention")
        return f"more than {waiting}" if digest.more_waiting else waiting
    calm = Section.UNUSUAL in digest.sections and digest.judged
    return "nothing unusual" if calm else "nothing to report"


def _worst(digest: Digest, text_style: TextStyle) -> str:
    """What is gravest of the unusual and of failures; empty where there is nothing."""
    return next(_grave(digest, text_style), "")


def _grave(digest: Digest, text_style: TextStyle) -> Iterator[str]:
    """The unusual and failures, the gravest first. Failures that are usual come last."""
    found = sorted(digest.unusual, key=_rank) if Section.UNUSUAL in digest.sections else []
    more = [
        unusual for unusual in found if unusual.what in FAILURES and unusual.value > unusual.usual
    ]
    yield from (_unusual_failure(unusual, digest, text_style) for unusual in more)
    usage = digest.vendors if Section.USAGE in digest.sections else {}
    failed = {vendor: tally.recordings_failed or 0 for vendor, tally in usage.items()}
    yield from (_recordings(vendor, n) for vendor, n in failed.items() if n > 0)
    yield from (
        f"{had(unusual, text_style)}{_on(unusual, digest)}, usually {figure(unusual.usual)}"
        for unusual in found
        if unusual.what not in FAILURES
    )
    for vendor, tally in usage.items():
        if (tally.failed or 0) > 0:
            yield _calls_failed(vendor, tally.failed or 0)


def _rank(unusual: Unusual) -> tuple[int, float]:
    place = RANKS.index(unusual.what) if unusual.what in RANKS else len(RANKS)
    return place, -abs(unusual.value - unusual.usual) / max(unusual.usual, 1)


def _unusual_failure(unusual: Unusual, digest: Digest, text_style: TextStyle) -> str:
    """Told of the day it was, and with the usual number where that is not none."""
    if unusual.usual > 0:
        return f"{had(unusual, text_style)}{_on(unusual, digest)}, usually {figure(unusual.usual)}"
    failure_words = _recordings if unusual.what == "recordings_failed" else _calls_failed
    return f"{failure_words(unusual.vendor, round(unusual.value))}{_on(unusual, digest)}"


def _recordings(vendor: Vendor, number: int) -> str:
    return f"{vendor.label} recordings failed {times(number)}"


def _calls_failed(vendor: Vendor, number: int) -> str:
    return f"{counted(number, f'{vendor.label} call')} failed"


def had(unusual: Unusual, text_style: TextStyle) -> str:
    """What a vendor had of something unusual, in words: `Stream Video had 80 calls`."""
    return f"{unusual.vendor.label} had {measured(unusual.what, unusual.value, text_style)}"


def measured(what: str, value: float, text_style: TextStyle) -> str:
    """A number with its noun: `80 calls`; `what` is a measure of a tally or a report."""
    singular, plural = NOUNS.get(what) or (text_style.quote(what, 40),) * 2
    return f"{figure(value)} {singular if figure(value) == '1' else plural}"


def _on(unusual: Unusual, digest: Digest) -> str:
    """Of a week, on which day."""
    return f" on {unusual.day:%A}" if digest.rhythm is Rhythm.WEEKLY else ""


def gap_words(gap: Gap, text_style: TextStyle) -> str:
    """What a vendor did not tell: `CometChat's calls of this day were not read yet`."""
    why, name = text_style.quote(gap.why, MAX_WHY), gap.vendor.label
    if why.startswith("Its "):
        return sentence(f"{name}'s {why.removeprefix('Its ')}")
    return sentence(why if why.startswith(name) else f"{name}: {why}")


def remarks(digest: Digest, text_style: TextStyle) -> list[str]:
    """The remarks below the headline: gaps, that it is late, digests that were never sent."""
    notes = [gap_words(gap, text_style) for gap in digest.gaps[:MOST_GAPS]]
    if digest.late_since is not None:
        notes.append(f"This digest is late: it was due {text_style.at(digest.late_since)}.")
    folded = sorted(digest.folded)
    notes += [_folded(digest, day) for day in folded[-MOST_FOLDED:]]
    return notes


def _folded(digest: Digest, sent: date) -> str:
    """A digest that was never sent by itself, with the numbers it would have told."""
    words = f"No digest was sent on {day_name(sent)}"
    if Section.USAGE not in digest.sections or sent == sent.min:
        return f"{words}."
    if digest.rhythm is Rhythm.WEEKLY:
        name, known = "the week before it", digest.before if sent == digest.day else None
    else:
        name = day_name(sent - DAY)
        known = {day.day: day.vendors for day in digest.trend}.get(sent - DAY)
    if not known:
        return f"{words}."
    lacking = [
        vendor.label for vendor in Vendor if vendor in digest.vendors and vendor not in known
    ]
    without = f" without {joined(lacking)}" if lacking else ""
    return f"{words}; {name} had {amount(total(known.values()))}{without}."


def spoken_headline(digest: Digest, text_style: TextStyle) -> str:
    """The headline where no title stands above it: in notifications and for screen readers."""
    return f"{title(digest)}: {headline(digest, text_style)}"
