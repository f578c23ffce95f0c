"""What a digest says, as data: numbers, comparisons, what is unusual, what waits for people."""

from collections.abc import Mapping
from datetime import date, datetime

from bot.calls.models import Frozen, Vendor
from bot.calls.outcomes import State
from bot.digests.subscription import Rhythm, Section
from bot.usage.tally import Tally

TREND_DAYS = 14
"""Days in the chart."""

WEEK = 7
USUAL_WEEKS = 4
USUAL_DAYS = USUAL_WEEKS * WEEK
"""Days before it against which a day is held."""


class DayOfVendors(Frozen):
    """The tallies of one local day, by vendor; of one that is missing nothing is known."""

    day: date
    vendors: Mapping[Vendor, Tally]


class Gap(Frozen):
    """What could not be read from a vendor: shown as a gap, never as zero."""

    vendor: Vendor
    why: str


class Difference(Frozen):
    """A number of a vendor's own daily report that differs from what its calls add up to.

    See `check.differences` for how much. `day` is a UTC day, as vendors report them.
    """

    vendor: Vendor
    what: str
    day: date
    counted: float
    reported: float


class Unusual(Frozen):
    """A number that is far from `usual`, the median of the last four same weekdays."""

    vendor: Vendor
    what: str
    day: date
    value: float
    usual: float


class Waiting(Frozen):
    """Something that waits for a person: an open or not confirmed case; later other kinds."""

    kind: str
    case: int
    words: str
    since: datetime


class Acts(Frozen):
    """The moderation of a stretch of time: cases by verb and state, and how many refusals."""

    by_verb: Mapping[str, Mapping[State, int]]
    refused: int = 0
    by_moderator: Mapping[str, int] = {}


class Cost(Frozen):
    """An estimate from callwarden.toml's price a minute; `minutes` is what it was made from."""

    vendor: Vendor
    minutes: float
    amount: float
    currency: str


class Digest(Frozen):
    """Everything a digest of `day` (the first day it covers) says, in one zone.

    `before` is the same weekday a week earlier (weekly: the week before), `usual` the median of the
    last four same weekdays (weekly: None); `trend` the last days, oldest first. `unjudged` are the
    vendors whose past is too short to call anything unusual; `more_waiting` says that not all that
    waits is named. `head` is the number and hash of the audit log's last entry.
    """

    rhythm: Rhythm
    day: date
    last_day: date
    zone: str
    sections: frozenset[Section]
    vendors: Mapping[Vendor, Tally]
    before: Mapping[Vendor, Tally] | None
    usual: Mapping[Vendor, Tally] | None
    trend: tuple[DayOfVendors, ...] = ()
    unusual: tuple[Unusual, ...] = ()
    gaps: tuple[Gap, ...] = ()
    differences: tuple[Difference, ...] = ()
    acts: Acts | None = None
    unjudged: tuple[Vendor, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    more_waiting: bool = False
    costs: tuple[Cost, ...] = ()
    head: tuple[int, str] = (0, "")
    late_since: datetime | None = None
    folded: tuple[date, ...] = ()
    made_at: datetime

    @property
    def judged(self) -> bool:
        """Whether enough is known of any vendor to say what is unusual and what is not."""
        return any(vendor not in self.unjudged for vendor in self.vendors)
