"""Records of past (or still running) calls, in the same words for every vendor.

None is what a vendor cannot say.
"""

from datetime import date, datetime
from enum import StrEnum

from bot.calls.models import Frozen, Vendor
from bot.usage.days import Stretch


class Ending(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    FAILED = "failed"


class Recorded(Frozen):
    """A recording of a call: when it began (UTC), and its length in seconds, None while unknown.

    `failed` is None where a vendor lists only what it has.
    """

    started_at: datetime
    seconds: int | None = None
    failed: bool | None = None


class CallRecord(Frozen):
    """One run of a call. Times are UTC, lengths are seconds.

    `id` is `CallRef.id`, `run` the vendor's id of this run. A call that nobody answered has no
    `ended_at` and lasts no time; one that still runs has none either and lasts until now. `people`
    counts everybody once, `peak` those who were there at once, `person_seconds` what they spent
    there together. `ending` None: the vendor does not say, and every call counts as answered.
    """

    vendor: Vendor
    id: str
    run: str
    title: str
    started_at: datetime
    ended_at: datetime | None = None
    ending: Ending | None = None
    people: int | None = None
    peak: int | None = None
    person_seconds: int | None = None
    audio_seconds: int | None = None
    video_seconds: int | None = None
    recordings: tuple[Recorded, ...] | None = None
    streams: int | None = None

    def end(self, now: datetime) -> datetime:
        """When the call ended, or `now` while it runs; its start when nobody came."""
        if self.ending in {Ending.UNANSWERED, Ending.FAILED}:
            return self.started_at
        return max(self.started_at, self.ended_at or now)

    def touches(self, stretch: Stretch, now: datetime) -> bool:
        """Whether the call lies partly in `stretch`; one that took no time lies where it began."""
        begun = stretch.start <= self.started_at < stretch.end
        return begun or (self.started_at < stretch.end and self.end(now) > stretch.start)


class VendorDay(Frozen):
    """What a vendor's own daily report says of one UTC day; None where it does not say.

    `minutes` are those calls lasted, `person_minutes` those people spent in them.
    """

    vendor: Vendor
    day: date
    calls: int | None = None
    minutes: float | None = None
    person_minutes: float | None = None
    recordings: int | None = None
