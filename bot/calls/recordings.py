"""A recording that runs, as it is chosen among others."""

from datetime import datetime

from bot.calls.models import Frozen

SHORT_ID = 8
"""Characters of a recording's id that stand for it in words and menus."""


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
        """The beginning of its id."""
        return self.id[:SHORT_ID]

    @property
    def told(self) -> str:
        """In words: since when, what, by whom."""
        since = f"since {self.started_at:%H:%M} UTC" if self.started_at else ""
        paused = "paused" if self.paused else ""
        return ", ".join(part for part in (self.kind, self.by, since, paused) if part)
