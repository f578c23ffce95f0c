"""How urgent the present work is, and for whom it is done.

Both are context variables, which tasks inherit. Our queues for vendors read them: acts go before
what somebody only looks at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum


class Priority(IntEnum):
    """How urgent work is, the most urgent first."""

    ACT = 0
    """An order that was taken: what it sends, and what it has to read for that."""
    ORDER = 1
    """What has to be known before an order is taken: whom it means, and what its form shows."""
    LOOK = 2
    """What somebody reads: lists, cards, searches, reports."""
    BACKGROUND = 3
    """What nobody waits for: the past of calls, for digests."""

    @property
    def label(self) -> str:
        """The name in metrics and on log lines."""
        return self.name.lower()


_CURRENT: ContextVar[Priority] = ContextVar("priority", default=Priority.LOOK)
_ASKER: ContextVar[str] = ContextVar("asker", default="")


def current() -> Priority:
    """The priority of the present work; LOOK unless `working_at` says otherwise."""
    return _CURRENT.get()


def asker() -> str:
    """The Slack id of the user for whom the present work is done; empty for nobody's."""
    return _ASKER.get()


@contextmanager
def working_at(priority: Priority, asker: str | None = None) -> Iterator[None]:
    """Set the priority of the work in this context and of the tasks that it begins.

    `asker` is the Slack user for whom it is done; None leaves that as it is.
    """
    tokens = _CURRENT.set(priority), _ASKER.set(_ASKER.get() if asker is None else asker)
    try:
        yield
    finally:
        _CURRENT.reset(tokens[0])
        _ASKER.reset(tokens[1])
