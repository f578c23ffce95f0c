"""Comparing what was counted from a vendor's calls with the vendor's own daily report."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.digests.digest import Difference
from bot.usage.days import SECONDS_PER_MINUTE
from bot.usage.records import VendorDay
from bot.usage.tally import Tally

TOLERATED = 0.05
"""Share of the larger number by which two numbers may differ."""

FEWEST = 3.0
"""Calls or recordings; 1 against 2 is no news."""

SHORTEST = 15.0
"""Minutes."""

OTHER_UNIT = 30.0
"""So many times as many minutes, while the calls agree, are not minutes."""


class _Pair(NamedTuple):
    """The same thing, counted and reported; None where one of them does not say."""

    what: str
    counted: float | None
    reported: float | None
    least: float

    @property
    def differs(self) -> bool:
        """Whether both say it, and not the same."""
        if self.counted is None or self.reported is None:
            return False
        gap, larger = abs(self.counted - self.reported), max(self.counted, self.reported)
        return gap >= self.least and gap > TOLERATED * larger

    @property
    def alike(self) -> bool:
        """Whether they can be numbers of the same unit."""
        low, high = sorted((self.counted or 0.0, self.reported or 0.0))
        return high <= OTHER_UNIT * max(low, 1.0)


def differences(
    counted: Mapping[date, Mapping[Vendor, Tally]], reported: Iterable[VendorDay]
) -> tuple[Difference, ...]:
    """The numbers of vendors' reports that differ from what was counted, by UTC day.

    They differ by more than 5 %, and by at least 3 calls or recordings or 15 minutes. Minutes that
    are more than 30 times apart though the calls agree are in another unit, and are left out. A day
    that was not counted, or a number that one side does not have, is no difference.
    """
    found: list[Difference] = []
    for report in sorted(reported, key=lambda report: (report.day, report.vendor)):
        tally = counted.get(report.day, {}).get(report.vendor)
        if tally is not None:
            found += [
                Difference(
                    vendor=report.vendor,
                    what=pair.what,
                    day=report.day,
                    counted=round(pair.counted or 0.0, 1),
                    reported=round(pair.reported or 0.0, 1),
                )
                for pair in _pairs(tally, report)
            ]
    return tuple(found)


def _pairs(tally: Tally, report: VendorDay) -> Iterator[_Pair]:
    """Those that differ."""
    calls = _Pair("calls", tally.calls, report.calls, FEWEST)
    minutes = (
        _Pair("minutes", tally.seconds / SECONDS_PER_MINUTE, report.minutes, SHORTEST),
        _Pair("person minutes", _minutes(tally.person_seconds), report.person_minutes, SHORTEST),
    )
    if calls.differs:
        yield calls
    yield from (minute for minute in minutes if minute.differs and (calls.differs or minute.alike))
    recordings = _Pair("recordings", _kept(tally), report.recordings, FEWEST)
    if recordings.differs:
        yield recordings


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else seconds / SECONDS_PER_MINUTE


def _kept(tally: Tally) -> int | None:
    """Recordings that came to something: whether reports count the others is not documented."""
    if tally.recordings is None:
        return None
    return tally.recordings - (tally.recordings_failed or 0)
