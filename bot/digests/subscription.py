"""Subscriptions: who wants a digest where, when and of what."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from bot.calls.actors import Actor
from bot.calls.models import Frozen, Vendor
from bot.usage.days import DAY, Stretch, at_time, local_day, today


class Section(StrEnum):
    """A part of a digest that can be left out."""

    USAGE = "usage"
    TREND = "trend"
    UNUSUAL = "odd"
    """The value is what earlier releases stored."""
    MODERATION = "moderation"
    WAITING = "waiting"
    RECORD = "record"


class Rhythm(StrEnum):
    """How often a digest is sent."""

    DAILY = "daily"
    WEEKLY = "weekly"


def is_zone(name: str) -> bool:
    """Whether this machine knows the time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


EVERY_DAY = frozenset(range(7))
MONDAY = 0


class Wish(Frozen):
    """What somebody wants of a digest: where it goes, when, and of what it is.

    `at` is a wall clock's time in `zone`; weekdays count from Monday = 0. A weekly digest is sent
    on Mondays and is about the week before. `vendors` empty is all.
    """

    channel: str
    at: time = time(9)
    zone: str = "Etc/UTC"
    rhythm: Rhythm = Rhythm.DAILY
    weekdays: frozenset[int] = EVERY_DAY
    vendors: frozenset[Vendor] = frozenset()
    sections: frozenset[Section] = frozenset(Section)

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str, info: ValidationInfo) -> str:
        """One from a row is read as it was written: the machine's zones may have changed since."""
        if info.mode == "python" and not is_zone(zone):
            raise ValueError(f"there is no time zone {zone}")
        return zone

    @property
    def clock(self) -> ZoneInfo:
        """The time zone named `zone`."""
        return ZoneInfo(self.zone)


UNTIL_RESUMED = date.max
"""A pause that only a person ends."""


class Subscription(Frozen):
    """A wish in the database. `paused_until` None is running; `why` says why it is not.

    `since` is when its times were last changed or it was resumed by hand: digests that were due
    before that are not sent any more.
    """

    id: int
    wish: Wish
    owner: Actor
    made_at: datetime
    since: datetime | None = None
    paused_until: date | None = None
    stopped: bool = False
    why: str = ""

    def edited(self, wish: Wish, at: datetime) -> "Subscription":
        """A copy with another wish; days before `at` are not sent by its times."""
        return self.model_copy(update={"wish": wish, "since": at})

    def paused(self, until: date = UNTIL_RESUMED, why: str = "") -> "Subscription":
        """A copy that sends nothing before `until`; `why` says what paused it."""
        return self.model_copy(update={"paused_until": until, "why": why})

    def resumed(self, at: datetime) -> "Subscription":
        """A copy without a pause; digests that were due before `at` are not sent any more."""
        return self.model_copy(update={"paused_until": None, "why": "", "since": at})

    def is_due(self, day: date, now: datetime) -> bool:
        """Whether the digest of local day `day` has come due since `since`."""
        return self.is_sent_on(day) and (self.since or self.made_at) < self.due_at(day) <= now

    def is_sent_on(self, day: date) -> bool:
        """Whether a digest is sent on that local day."""
        if self.stopped or (self.paused_until is not None and day < self.paused_until):
            return False
        if self.wish.rhythm is Rhythm.WEEKLY:
            return day.weekday() == MONDAY
        return day.weekday() in self.wish.weekdays

    def due_at(self, day: date) -> datetime:
        """When the digest of that sending day is due, in UTC."""
        return at_time(day, self.wish.at, self.wish.clock)

    def day_of(self, now: datetime) -> date:
        """The newest day on which a digest may be sent: today, or weekly the last Monday.

        It may not have come due yet, or nothing is sent on that day at all.
        """
        day = today(now, self.wish.clock)
        if self.wish.rhythm is Rhythm.WEEKLY:
            return day - (day.weekday() - MONDAY) * DAY
        return day

    def covers(self, day: date) -> Stretch:
        """The time that the digest sent on `day` is about: the day before, or the week before."""
        back = 7 if self.wish.rhythm is Rhythm.WEEKLY else 1
        start = local_day(day - back * DAY, self.wish.clock).start
        return Stretch(start, local_day(day, self.wish.clock).start)

    def next_day(self, now: datetime) -> date | None:
        """The next local day on which a digest is sent after `now`; None when there is none."""
        day = today(now, self.wish.clock)
        for ahead in range(HORIZON_DAYS):
            candidate = day + timedelta(days=ahead)
            if self.is_sent_on(candidate) and self.due_at(candidate) > now:
                return candidate
        return None


HORIZON_DAYS = 400
"""How many days ahead the next one that is sent is looked for: more than a pause of a year."""


class Posting(Frozen):
    """One digest to be posted: a subscription and its sending day, claimed by one worker.

    `key` is unique, so it is posted once; `folded` are earlier days that were too late to be sent
    by themselves and are named in this one.
    """

    key: str
    subscription: Subscription
    day: date
    due_at: datetime
    attempt: int = Field(default=1, ge=1)
    posted: str | None = None
    token: str = ""
    folded: tuple[date, ...] = ()
