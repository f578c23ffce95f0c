"""What became of the latest writes, for whoever wants to know whether there is any use in more."""

import math
from collections.abc import Callable

from bot.store.failures.kinds import Cause


class WriteHealth:
    """Kept by the writer. `now` are seconds that never run backwards."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._proven = -math.inf
        self._refused_at = -math.inf
        self._cause: Cause | None = None

    def wrote(self, *, order: bool) -> None:
        """Something is on disk; an `order`, or what takes as much, proves that orders can be."""
        if order:
            self._proven = self._now()

    def refused(self, cause: Cause) -> None:
        """Something could not be written, for a reason that a person can mend."""
        self._cause, self._refused_at = cause, self._now()

    def proven_within(self, seconds: float) -> bool:
        """Whether an order was written in the last so many seconds."""
        return self._now() - self._proven < seconds

    def cause_within(self, seconds: float) -> Cause | None:
        """Why something was refused in the last so many seconds, and nothing written since."""
        recent = self._now() - self._refused_at < seconds and self._refused_at > self._proven
        return self._cause if recent else None
