"""Refusals of one person, hour by hour: the first ones are recorded each, the others are counted.

Somebody who may not do anything could otherwise fill the audit log, which keeps all for ever.
"""

from datetime import datetime, timedelta

from bot.calls.actors import Actor
from bot.calls.models import Frozen

HOUR = timedelta(hours=1)
"""How long refusals are counted before the count is recorded."""

OF_OUTSIDERS = 1
"""Refusals of an hour that are recorded each, of somebody who may not even look."""

OF_INSIDERS = 100
"""The same for somebody who may: whom they wanted to act on says more than a count."""


class RefusalCount(Frozen):
    """Refusals that are not recorded one by one: how many, from when to when, and the last why."""

    actor: Actor
    times: int
    first_at: datetime
    last_at: datetime
    why: str

    @property
    def detail(self) -> str:
        """The count in words, as it is recorded."""
        more = "1 more request was" if self.times == 1 else f"{self.times:,} more requests were"
        first, last = (f"{at:%Y-%m-%d %H:%M}" for at in (self.first_at, self.last_at))
        between = f"at {first}" if first == last else f"between {first} and {last}"
        return f"{more} refused {between} UTC. Last refusal: {self.why}"


class RefusalWindow(Frozen):
    """One person's refusals of an hour: how many are `recorded`, and the `count` of others.

    `recorded` stays for as long as hour follows hour with refusals to be counted.
    """

    actor: Actor
    since: datetime
    recorded: int = 0
    count: RefusalCount | None = None

    def recording(self) -> "RefusalWindow":
        """A copy with one more refusal that is recorded by itself."""
        return self.model_copy(update={"recorded": self.recorded + 1})

    def counting(self, at: datetime, why: str) -> "RefusalWindow":
        """A copy with one more refusal that is only counted."""
        before = self.count
        count = RefusalCount(
            actor=self.actor,
            times=1 if before is None else before.times + 1,
            first_at=at if before is None else min(at, before.first_at),
            last_at=at if before is None else max(at, before.last_at),
            why=why,
        )
        return self.model_copy(update={"count": count})

    def emptied(self) -> "RefusalWindow":
        """A copy after its count was recorded, in the same hour."""
        return self.model_copy(update={"count": None})

    def after(self, now: datetime) -> "RefusalWindow | None":
        """The window that counts at `now`, once the count of an hour that is over was recorded.

        None after an hour in which nothing was counted: the next refusal begins a new window. An
        hour that begins more than an hour after `now` was by a clock that was set back since, and
        is over as well.
        """
        if self.since - HOUR <= now < self.since + HOUR:
            return self
        if self.count is None or now >= self.since + 2 * HOUR:
            return None
        return self.emptied().model_copy(update={"since": min(now, self.since + HOUR)})
