"""Whether a request to a vendor is sent again, by what kind it is and by how it failed."""

from enum import Enum, auto

from bot.deadline import Deadline
from bot.errors import (
    Ambiguous,
    AnswerLost,
    BreakerOpen,
    NotSent,
    VendorBusy,
    VendorFault,
    VendorUnreachable,
)
from bot.network import LASTING


class Idempotency(Enum):
    """Whether a request may be sent again.

    A READ and what is REPEATABLE may be, after any failure that may pass; ONCE only when the vendor
    surely did not execute it.
    """

    READ = auto()
    REPEATABLE = auto()
    ONCE = auto()


class RetryPolicy:
    """Decides whether a request is sent again, and after how many seconds.

    `doubt` is the last error that left open whether the vendor executed it; a read leaves nothing
    open. A later sending that is not executed does not settle what became of an earlier one.
    """

    def __init__(self, kind: Idempotency, deadline: Deadline) -> None:
        self._kind = kind
        self._deadline = deadline
        self.doubt: Ambiguous | None = None

    def __call__(self, error: Exception) -> bool | float:
        """True leaves the wait to the retries; what would outlast the deadline is given up."""
        if isinstance(error, Ambiguous) and self._kind is not Idempotency.READ:
            self.doubt = error
        if not _may_repeat(self._kind, error):
            return False
        asked = error.retry_after if isinstance(error, VendorBusy) else None
        if asked is None:
            return True
        return asked if asked < self._deadline.left else False


def _may_repeat(kind: Idempotency, error: Exception) -> bool:
    if isinstance(error, BreakerOpen | NotSent):
        return False
    if isinstance(error, VendorUnreachable) and error.diagnosis is not None:
        return error.diagnosis.cause not in LASTING
    if isinstance(error, VendorUnreachable | VendorBusy):
        return True
    return kind is not Idempotency.ONCE and isinstance(error, AnswerLost | VendorFault)
