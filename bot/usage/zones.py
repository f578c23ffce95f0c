"""Time zones as people type them: `zürich`, `new york`, `est`, `+2`, `UTC-3:30`.

Letters fold as in names: case, accents and underscores make no difference. An offset is how far
the clocks are ahead of UTC, as everybody but IANA's `Etc/GMT-2` writes it. A zone's abbreviations
are those that it shows in winter or in summer of the year that is asked about.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from bot.calls.names import without_accents

OF_NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})
"""Names in IANA's database that are no time zones, or another one on each machine."""

FIRST = (
    "Etc/UTC",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Halifax",
    "America/Sao_Paulo",
    "Europe/Paris",
    "Europe/Bucharest",
    "Europe/Lisbon",
    "Europe/Moscow",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "Asia/Kolkata",
    "Asia/Karachi",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Manila",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Australia/Perth",
    "Pacific/Auckland",
    "Pacific/Honolulu",
)
"""Of zones with one abbreviation or offset, those that most people mean.

Mostly the zones that CLDR gives for the world (https://cldr.unicode.org, metaZones.xml).
"""

ALL_YEAR = {"et": "est", "ct": "cst", "mt": "mst", "pt": "pst"}
"""What North Americans call their time in winter and summer alike."""

_LONGEST_ABBREVIATION = 5
_LEGACY = ("Brazil/", "Canada/", "Chile/", "Etc/", "Mexico/", "US/")
_NAMED_UTC = {"utc", "gmt", "z"}
_OFFSET = re.compile(
    r"(?:utc|gmt)? ?([+-]) ?(\d{1,2}?)(?::(\d{0,2})|(\d{2})|[.,](\d{0,2}))?", re.ASCII
)
_BEHIND, _AHEAD = timedelta(hours=-12), timedelta(hours=14)
"""Between which offsets all clocks are: those of ships west of the date line and of Kiribati."""


class _Clocks(NamedTuple):
    """What a zone's clocks show in January and July of a year; names in capitals."""

    offsets: frozenset[timedelta]
    names: frozenset[str]

    @property
    def change(self) -> bool:
        """Whether there is summer time."""
        return len(self.offsets) > 1


def fold(text: str) -> str:
    """A zone's name, or what was typed of one, in the form in which the two are compared."""
    return without_accents(text.replace("_", " "))


@cache
def zones() -> dict[str, ZoneInfo]:
    """Every time zone that is known here, by name."""
    return {name: ZoneInfo(name) for name in sorted(available_timezones() - OF_NO_PLACE)}


def offset_of(typed: str) -> timedelta | None:
    """The offset from UTC that was typed, positive when ahead; None when it is no offset.

    It may be unfinished: `+5:` and `+5:3` are on the way to `+5:30`.
    """
    words = fold(typed)
    if words in _NAMED_UTC:
        return timedelta(0)
    if (match := _OFFSET.fullmatch(words)) is None:
        return None
    sign, hours, after_colon, joined, part = match.groups(default="")
    minutes = int((after_colon or joined).ljust(2, "0")) if after_colon or joined else 0
    if part:
        minutes = round(60 * float(f"0.{part}"))
    offset = timedelta(hours=int(hours), minutes=minutes)
    offset = -offset if sign == "-" else offset
    whole = minutes <= 59  # noqa: PLR2004 - minutes of an hour
    return offset if whole and _BEHIND <= offset <= _AHEAD else None


def find_zones(typed: str, at: datetime) -> list[str]:
    """Every zone that fits what was typed so far, the likeliest first."""
    offset = offset_of(typed)
    if offset is not None:
        return _of_offset(offset, at)
    words = fold(typed).rstrip(" +-")
    called = _called(words, at)
    return [*called, *(name for name in _by_name(words) if name not in set(called))]


def zone_named(typed: str, at: datetime) -> str | None:
    """The name of the zone that was typed in full; None when there is none of that name."""
    if typed in zones() and not _called(fold(typed), at):
        return typed
    if (offset := offset_of(typed)) is not None:
        return _fixed(offset)
    words = fold(typed)
    found = [*_called(words, at), *(item for item in _by_name(words) if words in _names(item))]
    return found[0] if found else None


def zone_of(typed: str, at: datetime) -> tzinfo | None:
    """The zone that was typed in full, as `zone_named`, or an offset of which there is no zone."""
    if (offset := offset_of(typed)) is not None:
        return timezone(offset)
    name = zone_named(typed, at)
    return None if name is None else zones()[name]


def _names(name: str) -> tuple[str, str]:
    """All of a zone's name, and its city."""
    folded = fold(name)
    return folded, folded.rpartition("/")[2]


def _by_name(words: str) -> list[str]:
    """Those whose names have every word; first those whose cities begin with the first."""
    wanted = words.split()
    first = wanted[0] if wanted else ""
    found = [name for name in zones() if all(word in _names(name)[0] for word in wanted)]
    return sorted(found, key=lambda name: (not _names(name)[1].startswith(first), _rank(name)))


def _called(words: str, at: datetime) -> list[str]:
    """Those with that abbreviation; of those that few mean, the ones with summer time first."""
    if not words.isalpha() or len(words) > _LONGEST_ABBREVIATION:
        return []
    name = ALL_YEAR.get(words, words).upper()
    clocks = _clocks(at.year)
    found = [zone for zone, shown in clocks.items() if name in shown.names]
    return sorted(found, key=lambda zone: (_likely(zone), not clocks[zone].change, _rank(zone)))


def _of_offset(offset: timedelta, at: datetime) -> list[str]:
    """Those with that offset now, then those with it in another season."""
    clocks, fixed = _clocks(at.year), _fixed(offset)
    found = [name for name, shown in clocks.items() if offset in shown.offsets]

    def place(name: str) -> tuple[object, ...]:
        now = at.astimezone(zones()[name]).utcoffset() == offset
        return not now, _likely(name, fixed), not clocks[name].change, _rank(name)

    return sorted(found, key=place)


def _likely(name: str, fixed: str | None = None) -> int:
    """The place among what most people mean; right behind that the zone of a `fixed` offset."""
    return FIRST.index(name) if name in FIRST else len(FIRST) + (name != fixed)


def _rank(name: str) -> tuple[bool, str]:
    """Names of today before those that are kept for old programs."""
    return "/" not in name or name.startswith(_LEGACY), name


def _fixed(offset: timedelta) -> str | None:
    """The zone whose clocks always have that offset; IANA names it the other way round."""
    if not offset:
        return "Etc/UTC"
    hours, rest = divmod(offset, timedelta(hours=1))
    name = f"Etc/GMT{-hours:+d}"
    return None if rest or name not in zones() else name


@lru_cache(maxsize=8)
def _clocks(year: int) -> dict[str, _Clocks]:
    """What the clocks of every zone show in that year."""
    found = {}
    for name, zone in zones().items():
        moments = [datetime(year, month, 15, 12, tzinfo=UTC).astimezone(zone) for month in (1, 7)]
        found[name] = _Clocks(
            frozenset(moment.utcoffset() or timedelta(0) for moment in moments),
            frozenset(
                shown.upper() for moment in moments if (shown := moment.tzname() or "").isalpha()
            ),
        )
    return found
