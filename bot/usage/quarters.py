"""Sums of calls by quarter of an hour in UTC, from which the day of every time zone adds up.

All civil time zones of today are whole quarters away from UTC, also those of half hours and
Lord Howe's half-hour summer time (IANA time zone database).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.usage.days import SECOND, Stretch
from bot.usage.records import CallRecord, Ending, Recorded

QUARTER = timedelta(minutes=15)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta.resolution
LENGTH = QUARTER // TICK
"""Microseconds in a quarter of an hour."""

SPREAD = ("person_seconds", "audio_seconds", "video_seconds")


def floor(moment: datetime) -> datetime:
    """The beginning of the quarter in which `moment` lies."""
    return moment - (moment - EPOCH) % QUARTER


def number_of(moment: datetime) -> int:
    """The number of the quarter in which a moment lies, from 1970 on."""
    return (moment - EPOCH) // QUARTER


def moment_of(number: int) -> datetime:
    """The moment at which the quarter with this number begins."""
    return EPOCH + number * QUARTER


def numbers_of(stretch: Stretch) -> tuple[int, int]:
    """The numbers of the first quarter of a stretch and of the first one after it."""
    return number_of(stretch.start), -((EPOCH - stretch.end) // QUARTER)


def by_quarter(
    records: Iterable[CallRecord], now: datetime, first: int, upto: int
) -> Mapping[int, Mapping[str, Any]]:
    """The sums of what falls into each quarter, by its number, from `first` to before `upto`.

    Each is the fields of a `Tally` of which something is known. Quarters without any calls are left
    out; calls that still run count until `now`.
    """
    sums = _QuarterSums(first, upto)
    for record in sorted(records, key=lambda record: (record.started_at, record.run)):
        sums.add(record, now)
    return sums.finished()


def quarters_touched(record: CallRecord, now: datetime) -> tuple[datetime, datetime]:
    """When the first and the last quarter begin that a call or one of its recordings touches."""
    spans = [_span(recording) for recording in record.recordings or ()]
    spans.append((record.started_at, record.end(now)))
    first = min(start for start, _ in spans)
    return floor(first), max(floor(max(start, end - TICK)) for start, end in spans)


class _QuarterSums:
    """The quarters while they are added up; moments are microseconds since 1970."""

    def __init__(self, first: int, upto: int) -> None:
        self._first = first
        self._upto = upto
        self._sums: dict[int, dict[str, Any]] = defaultdict(_blank)
        self._edges: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        self._peopled: set[int] = set()

    def add(self, record: CallRecord, now: datetime) -> None:
        """Add one call, with its recordings."""
        start, end = _ticks(record.started_at), _ticks(record.end(now))
        if self._first <= start // LENGTH < self._upto:
            _began(self._sums[start // LENGTH], record, (end - start) * TICK // SECOND)
        amounts = [(name, value) for name in SPREAD if (value := getattr(record, name)) is not None]
        amounts.append(("seconds", (end - start) * TICK // SECOND))
        for number in self._touched(start, end):
            _share(self._sums[number], number, start, end, amounts)
            self._comes_and_goes(number, start, end, record.peak)
        for recording in record.recordings or ():
            self._recording(recording)

    def finished(self) -> Mapping[int, Mapping[str, Any]]:
        """The sums of all that was added."""
        for number, edges in self._edges.items():
            calls, people = _peaks(edges)
            known = number in self._peopled
            self._sums[number] |= {"peak_calls": calls, "peak_people": people if known else None}
        return self._sums

    def _comes_and_goes(self, number: int, start: int, end: int, people: int | None) -> None:
        """A call that comes (1) and leaves (-1), with the most people who were there at once."""
        begin, most = number * LENGTH, people or 0
        edges = self._edges[number]
        edges.append((max(start, begin), 1, most))
        edges.append((min(end, begin + LENGTH), -1, -most))
        if people is not None:
            self._peopled.add(number)

    def _recording(self, recording: Recorded) -> None:
        start, end = map(_ticks, _span(recording))
        if self._first <= start // LENGTH < self._upto:
            sums = self._sums[start // LENGTH]
            _more(sums, "recordings", 1)
            _more(sums, "recordings_failed", recording.failed)
        if recording.seconds is not None:
            lasted = [("recorded_seconds", (end - start) * TICK // SECOND)]
            for number in self._touched(start, end):
                _share(self._sums[number], number, start, end, lasted)

    def _touched(self, start: int, end: int) -> range:
        """The quarters from `start` to `end`; where no time passes, the one it is in."""
        last = (max(end, start + 1) - 1) // LENGTH
        return range(max(start // LENGTH, self._first), min(last + 1, self._upto))


def _ticks(moment: datetime) -> int:
    return (moment - EPOCH) // TICK


def _blank() -> dict[str, Any]:
    return {"calls": 0, "seconds": 0}


def _more(sums: dict[str, Any], name: str, value: int | None) -> None:
    if value is not None:
        sums[name] = (sums.get(name) or 0) + value


def _span(recording: Recorded) -> tuple[datetime, datetime]:
    length = timedelta(seconds=max(0, recording.seconds or 0))
    return recording.started_at, recording.started_at + length


def _began(sums: dict[str, Any], record: CallRecord, length: int) -> None:
    """What belongs to the quarter in which a call began. Of equally long ones the first is told."""
    _more(sums, "calls", 1)
    _more(sums, "people", record.people)
    _more(sums, "streams", record.streams)
    if record.ending is not None:
        _more(sums, "unanswered", record.ending is Ending.UNANSWERED)
        _more(sums, "failed", record.ending is Ending.FAILED)
    if record.recordings is not None:
        _more(sums, "recordings", 0)
        _more(sums, "recorded_seconds", 0)
    if length > sums.get("longest", 0):
        sums |= {"longest": length, "longest_title": record.title}


def _share(
    sums: dict[str, Any], number: int, start: int, end: int, amounts: Iterable[tuple[str, int]]
) -> None:
    """What of a call falls into a quarter, in the proportion of the time that falls into it.

    Rounded is what came up to a moment, not each part by itself, so that the parts add up.
    """
    length = max(end - start, 1)
    before = min(max(number * LENGTH - start, 0), length)
    upto = min((number + 1) * LENGTH - start, length)
    for name, value in amounts:
        share = value * upto // length - value * before // length
        sums[name] = (sums.get(name) or 0) + share


def _peaks(edges: list[tuple[int, int, int]]) -> tuple[int, int]:
    """The most calls, and at most so many people, at once. Leaving comes before coming."""
    calls = people = most_calls = most_people = 0
    for _, step, more in sorted(edges):
        calls += step
        people += more
        most_calls, most_people = max(most_calls, calls), max(most_people, people)
    return most_calls, most_people
