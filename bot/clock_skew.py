"""How far this machine's clock is off, compared with Slack's and PostgreSQL's.

With a wrong clock the bot refuses what Slack sends, because a signature may be five minutes old at
most, and Stream refuses our tokens as expired. Nothing else would show why.
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
"""Seconds by which a clock may be off before the log and the doctor say so."""

SIGNATURE_SECONDS = 300.0
"""By how much the time of a signed request may differ from ours: one from further off is refused.

Slack's advice (docs.slack.dev, authentication/verifying-requests-from-slack).
"""

AGAIN_SECONDS = 3_600.0
"""Seconds until the log says again that a clock is off."""

DOUBT_SECONDS = 60.0
"""Seconds in which others are asked for the time once at most because our own is doubted."""

BELIEVED_SECONDS = 900.0
"""Seconds for which a time that was heard is used: a machine may have slept since."""

MEND = "Set the machine's clock, and let it be kept right by NTP."


def skew_words(ahead: float, source: str) -> str:
    """A sentence that our clock is so many seconds `ahead` of `source`'s, without a full stop.

    Less than 0 is behind.
    """
    where = "ahead of" if ahead > 0 else "behind"
    return f"This machine's clock is {abs(ahead):.0f} s {where} {source}'s"


class _Heard(NamedTuple):
    """A time that a source told, and when we heard it, in monotonic seconds."""

    moment: datetime
    at: float


class ClockSkew:
    """Compares the time that others tell with our clock as it is now, even if it was set since.

    `ask` is called to have somebody asked for the time; their answer is given to `compare`.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._heard: dict[str, _Heard] = {}
        self._told: dict[str, float] = {}
        self._doubted: float | None = None
        self.ask: Callable[[], object] = lambda: None

    def compare(self, source: str, moment: datetime) -> None:
        """Take down that it is `moment` now according to `source`.

        A clock that is off by NOTICEABLE or more is logged at once, then each hour.
        """
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

    def compare_date(self, said: str) -> None:
        """Take down the time in the `Date` header of an answer of Slack's, unless it is no date."""
        if (moment := http_date(said)) is not None:
            self.compare(SLACK, moment)

    def recheck(self) -> None:
        """Have somebody asked for the time, once a minute at most, as our clock may be wrong.

        Called when a request looks too old. One that was recorded and is sent again looks so too,
        so this alone proves nothing.
        """
        now = self._clock.monotonic()
        if self._doubted is None or now - self._doubted >= DOUBT_SECONDS:
            self._doubted = now
            self.ask()

    def time_of(self, source: str) -> datetime | None:
        """The time it is now by `source`; None when it told none in the last 15 minutes."""
        heard = self._heard.get(source)
        if heard is None:
            return None
        passed = self._clock.monotonic() - heard.at
        return heard.moment + timedelta(seconds=passed) if passed <= BELIEVED_SECONDS else None

    @property
    def seconds(self) -> Mapping[str, float]:
        """By how many seconds our clock is ahead of each source; less than 0 where it is behind."""
        return dict(self._compared())

    @property
    def in_words(self) -> str:
        """How far our clock is off, in words, by the source it differs from most."""
        off = max((abs(seconds) for seconds in self.seconds.values()), default=None)
        if off is None:
            return "not compared yet"
        return "right" if off < NOTICEABLE else f"{off:.0f} s off"

    def require_right(self) -> None:
        """Raise ClockWrong when Slack's time is so far from ours that its requests are refused."""
        off = self.seconds.get(SLACK, 0.0)
        if abs(off) >= SIGNATURE_SECONDS:
            self.recheck()
            says = f"{skew_words(off, 'Slack')}, so what Slack sends is refused."
            raise ClockWrong(says, next_step=MEND)

    def _compared(self) -> Iterator[tuple[str, float]]:
        for source in self._heard:
            if (theirs := self.time_of(source)) is not None:
                yield source, (self._clock.now() - theirs).total_seconds()
