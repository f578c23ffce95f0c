"""Calls laid over UTC quarters of an hour: every time zone's day is a sum of them.

All civil time zones of today are whole quarters away from UTC, also those of half hours and
Lord Howe's half-hour summer time (IANA time zone database).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.usage.records import CallRecord, Ending, Recorded
from bot.usage.tally import Tally

QUARTER = timedelta(minutes=15)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def floor(moment: datetime) -> datetime:
    """The beginning of the quarter in which `moment` lies."""
    return moment - (moment - EPOCH) % QUARTER


def quarters(records: Iterable[CallRecord], now: datetime) -> Mapping[datetime, Tally]:
    """The tally of each quarter that a record touches, by the quarter's beginning."""
    found: dict[datetime, dict[str, Any]] = defaultdict(_blank)
    edges: dict[datetime, list[tuple[datetime, int, int | None]]] = defaultdict(list)
    for record in records:
        _count(found[floor(record.started_at)], record, now)
        for at, seconds in _shares(record.started_at, record.end(now)):
            _spread(found[at], record, seconds, now)
            _edges(edges[at], record, at, now)
        for recording in record.recordings or ():
            _record(found, recording)
    for at, changes in edges.items():
        found[at]["peak_calls"], found[at]["peak_people"] = _peaks(changes)
    return {at: Tally(**told) for at, told in found.items()}


def _blank() -> dict[str, Any]:
    return {"calls": 0, "seconds": 0}


def _more(told: dict[str, Any], name: str, value: int | None) -> None:
    if value is not None:
        told[name] = (told.get(name) or 0) + value


def _count(told: dict[str, Any], record: CallRecord, now: datetime) -> None:
    """What belongs to the quarter in which a call began."""
    _more(told, "calls", 1)
    _more(told, "people", record.people)
    _more(told, "streams", record.streams)
    if record.ending is not None:
        _more(told, "unanswered", int(record.ending is Ending.UNANSWERED))
        _more(told, "failed", int(record.ending is Ending.FAILED))
    if record.recordings is not None:
        _more(told, "recordings", 0)
        _more(told, "recorded_seconds", 0)
    length = whole_seconds(record.end(now) - record.started_at)
    if length > told.get("longest", 0):
        told |= {"longest": length, "longest_title": record.title}


def _spread(told: dict[str, Any], record: CallRecord, seconds: int, now: datetime) -> None:
    """What falls into one quarter, in the proportion of the time that falls into it."""
    _more(told, "seconds", seconds)
    length = whole_seconds(record.end(now) - record.started_at)
    for name in ("person_seconds", "audio_seconds", "video_seconds"):
        value = getattr(record, name)
        if value is not None:
            _more(told, name, round(value * seconds / length) if length else 0)


def _record(found: dict[datetime, dict[str, Any]], recording: Recorded) -> None:
    at = found[floor(recording.started_at)]
    _more(at, "recordings", 1)
    _more(at, "recordings_failed", None if recording.failed is None else int(recording.failed))
    if recording.seconds:
        end = recording.started_at + timedelta(seconds=recording.seconds)
        for place, seconds in _shares(recording.started_at, end):
            _more(found[place], "recorded_seconds", seconds)


def _edges(
    changes: list[tuple[datetime, int, int | None]], record: CallRecord, at: datetime, now: datetime
) -> None:
    """When the call comes into the quarter and when it leaves it, with its people."""
    start, end = max(record.started_at, at), min(record.end(now), at + QUARTER)
    changes += [(start, 1, record.peak), (end, -1, record.peak)]


def _peaks(changes: list[tuple[datetime, int, int | None]]) -> tuple[int, int | None]:
    """The most calls, and at most so many people, at once. Leaving comes before coming."""
    calls = people = most_calls = most_people = 0
    known = any(peak is not None for _, _, peak in changes)
    for _, step, peak in sorted(changes, key=lambda change: change[:2]):
        calls += step
        people += step * (peak or 0)
        most_calls, most_people = max(most_calls, calls), max(most_people, people)
    return most_calls, most_people if known else None


def _shares(start: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    """The quarters from `start` to `end`, with the whole seconds in each; they add up exactly."""
    at, done = floor(start), 0
    while at < end:
        upto = whole_seconds(min(end, at + QUARTER) - start)
        yield at, upto - done
        at, done = at + QUARTER, upto


def whole_seconds(length: timedelta) -> int:
    """A length in whole seconds."""
    return length // timedelta(seconds=1)
