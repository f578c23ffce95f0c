"""Tallies: sums of usage over a stretch of time, and how they add up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from statistics import median
from typing import Any, Self

from bot.calls.models import Frozen


class Tally(Frozen):
    """What was called in a stretch of time. Lengths are seconds; None is what a vendor cannot say.

    `calls`, `people`, `longest` and endings belong to calls that began in it; `seconds` and the
    like are what fell into it, so a call over midnight is split. `peak_calls` and `peak_people` are
    the most at once. `longest_title` is that of the first of equally long calls.
    """

    calls: int = 0
    seconds: int = 0
    person_seconds: int | None = None
    audio_seconds: int | None = None
    video_seconds: int | None = None
    people: int | None = None
    peak_calls: int = 0
    peak_people: int | None = None
    longest: int = 0
    longest_title: str = ""
    recordings: int | None = None
    recorded_seconds: int | None = None
    recordings_failed: int | None = None
    streams: int | None = None
    unanswered: int | None = None
    failed: int | None = None

    def __add__(self, other: Self) -> "Tally":
        """Both together; what one of them does not know is known as far as the other knows it."""
        return total((self, other))


SUMMED = (
    "calls",
    "seconds",
    "person_seconds",
    "audio_seconds",
    "video_seconds",
    "people",
    "recordings",
    "recorded_seconds",
    "recordings_failed",
    "streams",
    "unanswered",
    "failed",
)
PEAKS = ("peak_calls", "peak_people")
NOTHING = Tally()


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of `tallies`; what one of them does not know is known as far as others know it."""
    return Tally(**summed([dict(tally) for tally in (NOTHING, *tallies)]))


def summed(tallies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of the sum of at least one tally, each given as its fields; see `total`."""
    longest = max(tallies, key=itemgetter("longest"))
    return {
        **{name: _known(sum, [tally[name] for tally in tallies]) for name in SUMMED},
        **{name: _known(max, [tally[name] for tally in tallies]) for name in PEAKS},
        "longest": longest["longest"],
        "longest_title": longest["longest_title"],
    }


def median_tally(tallies: Sequence[Tally]) -> Tally:
    """The median of at least one tally, number by number, over those that know the number.

    Medians are rounded to whole numbers; None where no tally knows it. The longest call is the
    longest of all.
    """
    longest = max(tallies, key=lambda tally: tally.longest)
    return Tally(
        **{
            name: _median([getattr(tally, name) for tally in tallies]) for name in (*SUMMED, *PEAKS)
        },
        longest=longest.longest,
        longest_title=longest.longest_title,
    )


def _median(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return round(median(known)) if known else None


def _known(of: Callable[[list[int]], int], values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return of(known) if known else None
