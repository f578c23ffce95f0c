"""How urgent the present work is, and for whom: acts go before what somebody looks at.

Both travel in context variables, which tasks inherit; every queue of ours may ask for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum


class Priority(IntEnum):
    """The most urgent first."""

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
        """The name on figures and log lines."""
        return self.name.lower()


_CURRENT: ContextVar[Priority] = ContextVar("priority", default=Priority.LOOK)
_ASKER: ContextVar[str] = ContextVar("asker", default="")


def current() -> Priority:
    """The priority of what is being done; a look where nothing else was said."""
    return _CURRENT.get()


def asker() -> str:
    """For whom it is done, a Slack user's id; empty for nobody in particular."""
    return _ASKER.get()


@contextmanager
def working_at(priority: Priority, asker: str | None = None) -> Iterator[None]:
    """Do what follows, and the tasks that it begins, at that priority.

    `asker` is for whom; None leaves that as it is.
    """
    tokens = _CURRENT.set(priority), _ASKER.set(_ASKER.get() if asker is None else asker)
    try:
        yield
    finally:
        _CURRENT.reset(tokens[0])
        _ASKER.reset(tokens[1])
