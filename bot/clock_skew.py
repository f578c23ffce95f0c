"""How far this machine's clock is off: a wrong one has Slack refused, and nothing else shows it.

Slack's requests are refused when they were signed more than five minutes ago by our clock, and
Stream refuses tokens that have expired by its own.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from bot.clock import Clock, SystemClock
from bot.errors import ClockWrong
from bot.responses import http_date

log = structlog.get_logger(__name__)

SLACK, DATABASE = "slack", "database"
"""Who tells the time: Slack in the `Date` of its answers, and PostgreSQL."""

NOTICEABLE = 60.0
"""Seconds by which a clock may be off before it is told."""

SIGNATURE_SECONDS = 300.0
"""By how much the time of a signed request may differ from ours: one from further off is refused.

Slack's advice (docs.slack.dev, authentication/verifying-requests-from-slack).
"""

AGAIN_SECONDS = 3_600.0
"""How often a clock that is off is told in the log."""

DOUBT_SECONDS = 60.0
"""How often at most somebody is asked for the time because our own is doubted."""

BELIEVED_SECONDS = 900.0
"""How long what was heard is believed: a machine that slept in between did not notice."""

MEND = "Set the machine's clock, and let it be kept right by NTP."


def skew_words(ahead: float, source: str) -> str:
    """How far our clock is `ahead` in seconds, less than 0 for behind; without a full stop."""
    where = "ahead of" if ahead > 0 else "behind"
    return f"This machine's clock is {abs(ahead):.0f} s {where} {source}'s"


class _Heard(NamedTuple):
    """A time that was told, and when, in monotonic seconds."""

    moment: datetime
    at: float


class ClockSkew:
    """Compares what others say with what our clock says now, also where that was set since.

    `ask` asks somebody for the time; what they say comes back by `hear`.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._heard: dict[str, _Heard] = {}
        self._told: dict[str, float] = {}
        self._doubted: float | None = None
        self.ask: Callable[[], object] = lambda: None

    def hear(self, source: str, moment: datetime) -> None:
        """`source` says that it is `moment` now; what is off is told at once, then each hour."""
        now = self._clock.monotonic()
        self._heard[source] = _Heard(moment, now)
        off = self.seconds[source]
        if abs(off) < NOTICEABLE:
            if self._told.pop(source, None) is not None:
                log.info("clock found right", source=source)
            return
        if now - self._told.get(source, now - AGAIN_SECONDS) >= AGAIN_SECONDS:
            self._told[source] = now
            log.error(
                "clock found wrong",
                source=source,
                seconds_ahead=round(off),
                next_step=MEND,
            )

    def hear_date(self, said: str) -> None:
        """The `Date` of an answer of Slack's; what is none says nothing."""
        if (moment := http_date(said)) is not None:
            self.hear(SLACK, moment)

    def doubt(self) -> None:
        """Something looks as if our clock were wrong: ask for the time, once a minute at most.

        A request that was recorded and is sent again looks so too, and proves nothing.
        """
        now = self._clock.monotonic()
        if self._doubted is None or now - self._doubted >= DOUBT_SECONDS:
            self._doubted = now
            self.ask()

    def time_of(self, source: str) -> datetime | None:
        """What time it is now by `source`; None where it was not heard of late."""
        heard = self._heard.get(source)
        if heard is None:
            return None
        passed = self._clock.monotonic() - heard.at
        return heard.moment + timedelta(seconds=passed) if passed <= BELIEVED_SECONDS else None

    @property
    def seconds(self) -> Mapping[str, float]:
        """By source, for how many seconds our clock is ahead; less than 0 where it is behind."""
        return dict(self._compared())

    @property
    def in_words(self) -> str:
        """How far it is off by who tells most; a few seconds are nobody's fault."""
        off = max((abs(seconds) for seconds in self.seconds.values()), default=None)
        if off is None:
            return "not compared yet"
        return "right" if off < NOTICEABLE else f"{off:.0f} s off"

    def require_right(self) -> None:
        """ClockWrong where Slack's time is so far from ours that its requests are refused."""
        off = self.seconds.get(SLACK, 0.0)
        if abs(off) >= SIGNATURE_SECONDS:
            self.doubt()
            says = f"{skew_words(off, 'Slack')}, so what Slack sends is refused."
            raise ClockWrong(says, next_step=MEND)

    def _compared(self) -> Iterator[tuple[str, float]]:
        for source in self._heard:
            if (theirs := self.time_of(source)) is not None:
                yield source, (self._clock.now() - theirs).total_seconds()
