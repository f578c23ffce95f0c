"""Asks: refused orders, kept so that those who may give them can be asked to."""

import hashlib
from datetime import datetime
from typing import NamedTuple

from bot.calls.actors import Actor
from bot.calls.acts import Act
from bot.calls.models import Frozen


class Ask(Frozen):
    """An order that was refused; `holders` are the Slack ids of those of `role` who may give it.

    `id` is all that a button carries of it. `why` is what the refusal said. `asked_at` is when the
    holders were asked, None while they were not. `attempt` counts how often a worker claimed it to
    post it; the claim's `token` fences older ones.
    """

    id: str
    act: Act
    actor: Actor
    reason: str = ""
    role: str
    holders: tuple[str, ...]
    why: str
    refused_at: datetime
    asked_at: datetime | None = None
    attempt: int = 0
    token: str = ""


class Asked(NamedTuple):
    """The result of putting an order to its holders; `new` says that this request did it."""

    ask: Ask
    new: bool


def ask_id(key: str, act: Act, reason: str) -> str:
    """The id of an ask: the same for every delivery of one request and one order."""
    return hashlib.sha256(f"{key}\n{act.subject}\n{reason}".encode()).hexdigest()[:32]
