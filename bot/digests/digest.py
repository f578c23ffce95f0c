"""What a digest says, before any words of Slack: numbers, comparisons, the unusual, what waits."""

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
    """One local day: each vendor's tally; a vendor that is missing is a gap."""

    day: date
    vendors: Mapping[Vendor, Tally]


class Gap(Frozen):
    """What a vendor did not tell: marked, never shown as zero."""

    vendor: Vendor
    why: str


class Difference(Frozen):
    """Where a vendor's own daily report differs by more than 5 % from what its calls add up to.

    Vendors report UTC days: `day` is one.
    """

    vendor: Vendor
    what: str
    day: date
    counted: float
    reported: float


class Unusual(Frozen):
    """A number far from `usual`, its median of the last four same weekdays."""

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
    """Moderation of the stretch: cases by verb and state, and how many were refused."""

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
