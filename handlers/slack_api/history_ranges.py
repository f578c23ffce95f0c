"""Which ranges of a channel's history have been read, so that none is read twice.

Messages are at Slack's timestamps, in seconds. Slack gives a later message a later timestamp, so up
to the newest one that was seen a range that was read stays read. Beyond that it was empty when it
was read, and is no more than that.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_RANGES = 100
"""Ranges that are remembered, with gaps between them; what is forgotten is read again."""


class TimeRange(NamedTuple):
    """A range of time in a channel: after `low` and before `high`, as Slack's timestamps."""

    low: float
    high: float


class ReadRange(NamedTuple):
    """The range that a reading covers: for good to `high`, as of that turn up to `empty_to`."""

    low: float
    high: float
    empty_to: float
    turn: int

    def reach(self, since: int) -> float:
        """The timestamp up to which it covers everything that stood there at the turn `since`."""
        return self.empty_to if self.turn >= since else self.high

    def joined(self, later: "ReadRange") -> "ReadRange | None":
        """This range and `later` as one, where `later` goes on from it and nothing is lost by that.

        None where there is a gap, or this one was empty further or later on than the other.
        """
        goes_on = self.low <= later.low <= self.high <= later.high
        newer = self.turn <= later.turn and self.empty_to <= later.empty_to
        return later._replace(low=self.low) if goes_on and newer else None


@dataclass
class ReadRanges:
    """What was read of one channel; `newest` is the latest timestamp of any message seen."""

    ranges: deque[ReadRange] = field(default_factory=lambda: deque(maxlen=MOST_RANGES))
    newest: float = 0.0

    def gap(self, wanted: TimeRange, since: int) -> TimeRange | None:
        """The latest part of `wanted` that is to be read still; None when all of it is covered.

        Turns count searches and readings: what was read before the turn `since` tells nothing of
        messages that were posted until then and are newer than all it saw.
        """
        high = wanted.high
        while high > wanted.low:
            below = [
                covered.low for covered in self.ranges if covered.low < high <= covered.reach(since)
            ]
            if not below:
                lower = (covered.reach(since) for covered in self.ranges)
                return TimeRange(
                    max((wanted.low, *(bound for bound in lower if bound < high))), high
                )
            high = min(below)
        return None

    def add(self, read: TimeRange, newest: float | None, turn: int) -> None:
        """Note that all of `read` was read at that turn; `newest` is the latest message in it."""
        self.newest = max(self.newest, newest or 0.0)
        known = min(read.high, max(self.newest, read.low))
        whole = ReadRange(read.low, known, read.high, turn)
        apart = []
        for earlier in self.ranges:
            if (joined := earlier.joined(whole) or whole.joined(earlier)) is None:
                apart.append(earlier)
            else:
                whole = joined
        self.ranges = deque([*apart, whole], maxlen=MOST_RANGES)
