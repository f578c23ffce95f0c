"""One id on every log line from Slack's request to the vendor's answer.

It is a context variable, which tasks inherit, and is kept in the case for work taken up later.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from typing import Any

from structlog.contextvars import (
    bind_contextvars,
    bound_contextvars,
    clear_contextvars,
    get_contextvars,
    reset_contextvars,
)

REQUEST = "request"
"""The name of the id on a log line."""

CLAIM_SHOWN = 8
"""How many characters of a claim's token are logged: enough to tell it from others."""


Before = Mapping[str, Token[Any]]
"""The variables that `begin` replaced, for `end` to restore."""


@contextmanager
def traced(request: str | None = None) -> Iterator[str]:
    """Put an id on every log line of this context and of its tasks; yields it. None: a new one."""
    before = begin(request)
    try:
        yield current()
    finally:
        end(before)


def begin(request: str | None) -> Before:
    """Put an id on every log line until `end` is called; None for a new one.

    With `end` the same as `traced`, for callers that are no context.
    """
    return bind_contextvars(**{REQUEST: request or secrets.token_hex(6)})


def end(before: Before) -> None:
    """Restore the id that log lines had before `begin`."""
    reset_contextvars(**before)


def current() -> str:
    """The id of the request being answered; empty outside one."""
    return str(get_contextvars().get(REQUEST, ""))


def detach() -> None:
    """Give up the id that this task inherited, as a task that works for others too has to."""
    clear_contextvars()


@contextmanager
def working_on(case: int, request: str, **more: str) -> Iterator[None]:
    """Put a case's number and its request's id on every log line of this context.

    `more` is put there too; of `claim`, a token, only the beginning.
    """
    if "claim" in more:
        more["claim"] = more["claim"][:CLAIM_SHOWN]
    known = {REQUEST: request} if request else {}
    with bound_contextvars(case=case, **known, **more):
        yield
