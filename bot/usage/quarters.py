"""Calls laid over UTC quarters of an hour: every time zone's day is a sum of them.

All civil time zones of today are whole quarters away from UTC, also those of half hours and
Lord Howe's half-hour summer time (IANA time zone database).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bot.usage.days import SECOND, Stretch
from bot.usage.records import CallRecord, Ending, Recorded
from bot.usage.tally import Tally

QUARTER = timedelta(minutes=15)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta.resolution
SPREAD = ("person_seconds", "audio_seconds", "video_seconds")
EVER = Stretch(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def floor(moment: datetime) -> datetime:
    """The beginning of the quarter in which `moment` lies."""
    return moment - (moment - EPOCH) % QUARTER


def quarters(
    records: Iterable[CallRecord], now: datetime, within: Stretch = EVER
) -> Mapping[datetime, Tally]:
    """The tally of each quarter that a record touches, by the quarter's beginning.

    `within` is whole quarters: only those are told, however far a call reaches beyond.
    """
    sheet = _Sheet(within)
    for record in sorted(records, key=lambda one: (one.started_at, one.run)):
        sheet.call(record, now)
    return sheet.tallies()


def reach(record: CallRecord, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last quarter that a record touches, with its recordings."""
    spans = [_span(one) for one in record.recordings or ()]
    spans.append((record.started_at, record.end(now)))
    first = min(floor(start) for start, _ in spans)
    return first, max(floor(max(start, end - timedelta.resolution)) for start, end in spans)


class _Edge(NamedTuple):
    """A call that comes (`step` 1) or leaves (-1), with the most people who were there at once."""

    at: datetime
    step: int
    people: int | None


class _Sheet:
    """The quarters while they are added up."""

    def __init__(self, within: Stretch) -> None:
        self._within = within
        self._told: dict[datetime, dict[str, Any]] = defaultdict(_blank)
        self._edges: dict[datetime, list[_Edge]] = defaultdict(list)

    def call(self, record: CallRecord, now: datetime) -> None:
        """Add one call, with its recordings."""
        start, end = record.started_at, record.end(now)
        if self._has(floor(start)):
            _began(self._told[floor(start)], record, end - start)
        shares = _Shares(record, start, end)
        for at in self._touched(start, end):
            shares.give(self._told[at], at)
            self._edges[at].append(_Edge(max(start, at), 1, record.peak))
            self._edges[at].append(_Edge(min(end, at + QUARTER), -1, record.peak))
        for recording in record.recordings or ():
            self._recording(recording)

    def tallies(self) -> Mapping[datetime, Tally]:
        """What was added up."""
        for at, edges in self._edges.items():
            self._told[at]["peak_calls"], self._told[at]["peak_people"] = _peaks(edges)
        return {at: Tally(**told) for at, told in self._told.items()}

    def _recording(self, recording: Recorded) -> None:
        start, end = _span(recording)
        if self._has(floor(start)):
            told = self._told[floor(start)]
            _more(told, "recordings", 1)
            _more(told, "recordings_failed", recording.failed)
        if recording.seconds is not None:
            for at in self._touched(start, end):
                passed = _part(start, end, at + QUARTER) - _part(start, end, at)
                _more(self._told[at], "recorded_seconds", passed)

    def _has(self, at: datetime) -> bool:
        return self._within.start <= at < self._within.end

    def _touched(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The quarters from `start` to `end`; where no time passes, the one it is in."""
        at = max(floor(start), self._within.start)
        until = min(max(end, start + timedelta.resolution), self._within.end)
        while at < until:
            yield at
            at += QUARTER


def _blank() -> dict[str, Any]:
    return {"calls": 0, "seconds": 0}


def _more(told: dict[str, Any], name: str, value: int | None) -> None:
    if value is not None:
        told[name] = (told.get(name) or 0) + value


def _span(recording: Recorded) -> tuple[datetime, datetime]:
    length = timedelta(seconds=max(0, recording.seconds or 0))
    return recording.started_at, recording.started_at + length


def _began(told: dict[str, Any], record: CallRecord, lasted: timedelta) -> None:
    """What belongs to the quarter in which a call began. Of equally long ones the first is told."""
    _more(told, "calls", 1)
    _more(told, "people", record.people)
    _more(told, "streams", record.streams)
    if record.ending is not None:
        _more(told, "unanswered", record.ending is Ending.UNANSWERED)
        _more(told, "failed", record.ending is Ending.FAILED)
    if record.recordings is not None:
        _more(told, "recordings", 0)
        _more(told, "recorded_seconds", 0)
    length = lasted // SECOND
    if length > told.get("longest", 0):
        told |= {"longest": length, "longest_title": record.title}


class _Shares:
    """What of a call falls into each quarter, in the proportion of the time that falls into it.

    Rounded is what came up to a moment, not each part by itself, so that the parts add up.
    """

    def __init__(self, record: CallRecord, start: datetime, end: datetime) -> None:
        self._start = start
        self._length = max((end - start) // TICK, 1)
        amounts = {name: getattr(record, name) for name in SPREAD}
        amounts["seconds"] = (end - start) // SECOND
        self._amounts = [(name, value) for name, value in amounts.items() if value is not None]

    def give(self, told: dict[str, Any], at: datetime) -> None:
        """Add its share to the quarter at `at`."""
        passed = (at - self._start) // TICK
        before = min(max(passed, 0), self._length)
        upto = min(passed + QUARTER // TICK, self._length)
        for name, value in self._amounts:
            share = value * upto // self._length - value * before // self._length
            told[name] = (told.get(name) or 0) + share


def _part(start: datetime, end: datetime, moment: datetime) -> int:
    """The whole seconds that passed since `start` at a moment, at most until `end`."""
    return (min(max(moment, start), end) - start) // SECOND


def _peaks(edges: list[_Edge]) -> tuple[int, int | None]:
    """The most calls, and at most so many people, at once. Leaving comes before coming."""
    calls = people = most_calls = most_people = 0
    known = any(edge.people is not None for edge in edges)
    for edge in sorted(edges, key=lambda edge: (edge.at, edge.step)):
        calls += edge.step
        people += edge.step * (edge.people or 0)
        most_calls, most_people = max(most_calls, calls), max(most_people, people)
    return most_calls, most_people if known else None
