"""The recordings of a call that run now, for choosing one of several."""

from collections.abc import Sequence
from datetime import datetime

from bot.calls.models import Frozen

SHORT_ID = 8
"""Characters of a recording's id that stand for it in words and menus."""

SHOWN_STILL = 4
"""Recordings named that still run after one was stopped."""


class RunningRecording(Frozen):
    """A recording that runs now, so that one of several can be chosen.

    `kind` says what it is as far as the vendor tells, `by` who began it; `ours` is one begun from
    here, which is meant where no other is named.
    """

    id: str
    kind: str
    by: str = ""
    started_at: datetime | None = None
    paused: bool = False
    ours: bool = False

    @property
    def short(self) -> str:
        """The beginning of the recording's id, by which it can be named."""
        return self.id[:SHORT_ID]

    @property
    def described(self) -> str:
        """The recording in words: since when it runs, what it is, who began it."""
        since = f"since {self.started_at:%H:%M} UTC" if self.started_at else ""
        paused = "paused" if self.paused else ""
        return ", ".join(part for part in (self.kind, self.by, since, paused) if part)


def still_running(others: Sequence[str]) -> str:
    """A sentence about the recordings that a stop did not touch; "" where none runs.

    It reads `1 other recording still runs: f35800e1.`
    """
    if not others:
        return ""
    names = ", ".join(others[:SHOWN_STILL])
    more = f" and {len(others) - SHOWN_STILL} more" if len(others) > SHOWN_STILL else ""
    runs = "recording still runs" if len(others) == 1 else "recordings still run"
    return f"{len(others)} other {runs}: {names}{more}."
