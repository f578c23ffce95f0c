"""One id from Slack's request to the vendor's answer, on every log line between them.

It travels in context variables, which tasks inherit, and in the case, for work taken up later.
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
"""Signs of a claim's token that tell it from others; the whole one is nobody's business."""


Before = Mapping[str, Token[Any]]
"""What a line said before, to be said again."""


@contextmanager
def traced(request: str | None = None) -> Iterator[str]:
    """Put an id on every line written meanwhile, and by the tasks begun; a new one where None."""
    before = begin(request)
    try:
        yield current()
    finally:
        end(before)


def begin(request: str | None) -> Before:
    """`traced` in two halves, for where each request comes in: the first."""
    return bind_contextvars(**{REQUEST: request or secrets.token_hex(6)})


def end(before: Before) -> None:
    """The second half: what was before holds again."""
    reset_contextvars(**before)


def current() -> str:
    """The id of the request being answered; empty outside one."""
    return str(get_contextvars().get(REQUEST, ""))


def apart() -> None:
    """Forget whose request this task was begun in: it works for others too."""
    clear_contextvars()


@contextmanager
def working_on(case: int, request: str, **more: str) -> Iterator[None]:
    """Put a case's number and the id of the request it came from on every line written meanwhile.

    `more` may hold `claim`, a token, of which only the beginning is shown.
    """
    if "claim" in more:
        more["claim"] = more["claim"][:CLAIM_SHOWN]
    known = {REQUEST: request} if request else {}
    with bound_contextvars(case=case, **known, **more):
        yield
