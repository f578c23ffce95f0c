"""Calls that are over, as a make-believe vendor remembers them: plain truth to count again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from bot.calls.models import Vendor
from bot.usage.days import DAY
from bot.usage.records import Ending


@dataclass(frozen=True)
class PastStay:
    """One connection of one person, from when until when."""

    person: str
    joined_at: datetime
    left_at: datetime

    @property
    def seconds(self) -> int:
        """How long it lasted, in seconds."""
        return between(self.joined_at, self.left_at)


@dataclass(frozen=True)
class PastRecording:
    """A recording: when it began, how long it is, and whether it came to nothing."""

    started_at: datetime
    seconds: int
    failed: bool = False


@dataclass(frozen=True)
class PastCall:
    """One run of a call; all times are whole seconds. One that nobody took has no stays."""

    vendor: Vendor
    id: str
    run: str
    title: str
    started_at: datetime
    ended_at: datetime
    stays: tuple[PastStay, ...] = ()
    recordings: tuple[PastRecording, ...] = ()
    ending: Ending = Ending.ANSWERED
    video: bool = True
    broadcast: bool = False

    @property
    def people(self) -> int:
        """How many people were there, each counted once."""
        return len({stay.person for stay in self.stays})

    @property
    def peak(self) -> int:
        """The most people who were there at once; leaving comes before coming."""
        steps = [(stay.joined_at, 1) for stay in self.stays]
        steps += [(stay.left_at, -1) for stay in self.stays]
        here = most = 0
        for _, step in sorted(steps):
            here += step
            most = max(most, here)
        return most

    @property
    def person_seconds(self) -> int:
        """The seconds that all of them spent there together."""
        return sum(stay.seconds for stay in self.stays)


@dataclass(frozen=True)
class PastDay:
    """What a vendor's own report of one UTC day adds up to."""

    calls: int
    seconds: int
    person_seconds: int
    recordings: int
    recorded_seconds: int


class Past:
    """What a vendor remembers, newest first; made when it is first asked for.

    `share` is how much of a day the vendor's own report tells of: 1 is all of it.
    """

    def __init__(
        self,
        make: Callable[[], Iterable[PastCall]] = tuple,
        share: Callable[[date], float] = lambda _: 1.0,
    ) -> None:
        self._make = make
        self._share = share

    @cached_property
    def calls(self) -> tuple[PastCall, ...]:
        """Every call, newest first."""
        return tuple(sorted(self._make(), key=lambda call: call.started_at, reverse=True))

    def day(self, day: date) -> PastDay:
        """The report of a day: what began in it, and the time that fell into it."""
        start = datetime.combine(day, time(), UTC)
        end, share = start + DAY, self._share(day)
        begun = [call for call in self.calls if start <= call.started_at < end]
        kept = [
            recording
            for call in self.calls
            for recording in call.recordings
            if not recording.failed
        ]
        recorded = [recording for recording in kept if start <= recording.started_at < end]
        touching = [call for call in self.calls if call.started_at < end and call.ended_at > start]
        lasted = sum(_within(call.started_at, call.ended_at, start, end) for call in touching)
        stays = [stay for call in touching for stay in call.stays]
        spent = sum(_within(stay.joined_at, stay.left_at, start, end) for stay in stays)
        numbers = (
            len(begun),
            lasted,
            spent,
            len(recorded),
            sum(recording.seconds for recording in recorded),
        )
        return PastDay(*(round(number * share) for number in numbers))


def between(start: datetime, end: datetime) -> int:
    """The whole seconds from `start` to `end`."""
    return (end - start) // timedelta(seconds=1)


def _within(began: datetime, ended: datetime, start: datetime, end: datetime) -> int:
    return max(0, between(max(began, start), min(ended, end)))
