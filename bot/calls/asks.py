"""An order that its asker may not give, kept so that those who may can be asked for it."""

import hashlib
from datetime import datetime
from typing import NamedTuple

from bot.calls.actors import Actor
from bot.calls.acts import Act
from bot.calls.models import Frozen


class Ask(Frozen):
    """The order as it was refused; `holders` are those of `role`, by Slack id, who may give it.

    `id` is all that a button carries of it. `why` is what the refusal said. `asked_at` is when they
    were asked, None while they were not. `attempt` counts how often it was taken up to be posted,
    `token` fences whoever held it before.
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
    """An order that was put to those who may give it; `new` is whether this request did it."""

    ask: Ask
    new: bool


def ask_id(key: str, act: Act, reason: str) -> str:
    """The id of an ask: the same for every delivery of one request and one order."""
    return hashlib.sha256(f"{key}\n{act.subject}\n{reason}".encode()).hexdigest()[:32]
