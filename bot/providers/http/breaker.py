"""A circuit breaker: a vendor that failed several times in a row is left alone for a while."""

import math
from enum import StrEnum

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.errors import Ambiguous, BreakerOpen, Diagnosis, NotSent, VendorError, VendorUnreachable


class BreakerState(StrEnum):
    """How requests are treated: CLOSED lets them through, OPEN none, HALF_OPEN a single probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Counts failures in a row; opens at `threshold`, and probes after `cooldown` seconds.

    Used as `with breaker:` around each request, which raises BreakerOpen while it is open.
    """

    def __init__(
        self, vendor: Vendor, clock: Clock, *, threshold: int = 3, cooldown: float = 10.0
    ) -> None:
        self._vendor = vendor
        self._clock = clock
        self._threshold = threshold
        self._cooldown = cooldown
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False
        self.diagnosis: Diagnosis | None = None
        """Why the last request could not be sent or lost its answer; None once one was answered."""

    @property
    def state(self) -> BreakerState:
        """How requests are treated now."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        waited = self._clock.monotonic() - self._opened_at
        return BreakerState.OPEN if waited < self._cooldown else BreakerState.HALF_OPEN

    def __enter__(self) -> None:
        """Ask to send a request; BreakerOpen when the vendor is being left alone."""
        state = self.state
        if state is BreakerState.OPEN or (state is BreakerState.HALF_OPEN and self._probing):
            raise self._open_error()
        self._probing = state is BreakerState.HALF_OPEN

    def require_not_open(self) -> None:
        """Raise BreakerOpen where it opened after a request entered and before it was sent."""
        if self.state is BreakerState.OPEN:
            raise self._open_error()

    def _open_error(self) -> BreakerOpen:
        return BreakerOpen(
            f"{self._vendor.label} is not responding.",
            vendor=self._vendor,
            next_step=f"Try again {self._when()}.",
            diagnosis=self.diagnosis,
        )

    def _when(self) -> str:
        """When the next request is let through, as it ends a sentence."""
        if self._opened_at is None or self._probing:
            return "in a moment"
        waited = self._clock.monotonic() - self._opened_at
        return f"in {max(math.ceil(self._cooldown - waited), 1)} s"

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: object
    ) -> None:
        """Note how a request ended; one that was cancelled or never sent proves nothing."""
        was_probing, self._probing = self._probing, False
        if isinstance(error, BreakerOpen | NotSent):
            return
        if isinstance(error, Ambiguous | VendorUnreachable):
            self._failures += 1
            self.diagnosis = error.diagnosis
            if was_probing or self._failures >= self._threshold:
                self._opened_at = self._clock.monotonic()
        elif error is None or isinstance(error, VendorError):
            self._failures = 0
            self._opened_at = self.diagnosis = None
