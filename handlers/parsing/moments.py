"""Moments as people type them: `24h`, `yesterday`, `last night`, `monday`, `2026-11-29 14:00`."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, NaiveDatetime

from bot.calls.models import Frozen
from bot.usage.days import DAY
from bot.usage.zones import zone_of

MOMENTS = "24h, 7d or 2026-11-29"
"""What may be typed, in short."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""No audit entry is older."""


_SPANS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": DAY,
    "w": timedelta(weeks=1),
}
_AGO = re.compile(
    r"(?:last\s+)?(\d{1,4})\s*(m|h|d|w)(?:in|ins|inutes?|rs?|ours?|ays?|ks?|eeks?)?(?:\s+ago)?"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BY_WEEKDAY = {name: number for number, day in enumerate(_WEEKDAYS) for name in (day, day[:3])} | {
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}

NIGHT, MORNING = time(18), time(6)
"""From when until when last night was."""


class Moment(Frozen):
    """A moment as it was typed: counted back from now, a moment, a local time, or a word for days.

    When it is depends on the clock and, for `local` and `word`, on the asker's time zone. `day`
    says of a local time that the whole day is meant.
    """

    ago: timedelta | None = None
    at: AwareDatetime | None = None
    local: NaiveDatetime | None = None
    day: bool = False
    word: str = ""

    @property
    def zoned(self) -> bool:
        """Whether it depends on the asker's time zone."""
        return self.local is not None or bool(self.word)

    def begins(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When it begins, in UTC; never before there were audit entries."""
        return self._span(now, zone)[0]

    def ends(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When it is over, in UTC: for a day its midnight, for a moment the moment."""
        return self._span(now, zone)[1]

    def _span(self, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
        if self.ago is not None:
            return (max(now - self.ago, BEGINNING),) * 2
        if self.at is not None:
            return (max(self.at, BEGINNING),) * 2
        if self.local is not None:
            start, end = self.local, self.local + (DAY if self.day else timedelta())
        else:
            start, end = _of_word(self.word, now.astimezone(zone).replace(tzinfo=None))
        return _in_utc(start, zone), _in_utc(end, zone)


def _of_word(word: str, now: datetime) -> tuple[datetime, datetime]:
    """From when until when a word is about, by the same clocks as `now`."""
    today = datetime.combine(now.date(), time())
    if word == "last night":
        morning = datetime.combine(now.date(), MORNING)
        return datetime.combine(now.date() - DAY, NIGHT), morning
    if word == "yesterday":
        return today - DAY, today
    name = word.removeprefix("last ")
    if name in _BY_WEEKDAY:
        back = (now.weekday() - _BY_WEEKDAY[name]) % 7
        start = today - DAY * (back or (7 if name != word else 0))
        return start, start + DAY
    return today, today + DAY


def _in_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time in UTC. Where a clock shows it twice, the first."""
    return max(local.replace(tzinfo=zone).astimezone(UTC), BEGINNING)


def read_moment(text: str) -> Moment | None:
    """The moment that `text` names; None where it names none."""
    words = " ".join(text.casefold().split())
    if match := _AGO.fullmatch(words):
        return Moment(ago=int(match[1]) * _SPANS[match[2]])
    words = words.removeprefix("on ")
    if words in {"today", "yesterday", "last night"}:
        return Moment(word=words)
    if words.removeprefix("last ") in _BY_WEEKDAY:
        return Moment(word=words)
    try:
        return _written(text)
    except (ValueError, LookupError, OSError, OverflowError):
        return None


def _written(text: str) -> Moment:
    """A day, or a day with a time, and perhaps a time zone. Raises ValueError among others."""
    if (elsewhere := _elsewhere(text.split())) is not None:
        return Moment(at=_sane(elsewhere))
    read = datetime.fromisoformat(text)
    if read.tzinfo is not None:
        return Moment(at=_sane(read))
    _sane(read.replace(tzinfo=UTC))
    return Moment(local=read, day=len(text) <= len("2026-11-29"))


def _elsewhere(words: Sequence[str]) -> datetime | None:
    """A moment with the zone whose clocks it is by, in so many words; None where none is named."""
    for place in range(len(words) - 1, 0, -1):
        try:
            moment = datetime.fromisoformat(" ".join(words[:place]))
        except ValueError:
            continue
        zone = zone_of(" ".join(words[place:]), moment.replace(tzinfo=UTC))
        if zone is not None and moment.tzinfo is None:
            return moment.replace(tzinfo=zone)
    return None


def _sane(moment: datetime) -> datetime:
    """The moment in UTC; OverflowError where a neighbouring day is outside the calendar."""
    utc = moment.astimezone(UTC)
    for neighbour in (-2, 2):
        _ = utc + DAY * neighbour
    return utc
