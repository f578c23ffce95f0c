"""Idempotency keys: what came under one of them once is not recorded again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from bot.calls.actors import Actor
from bot.calls.acts import Act
from bot.calls.cases import DigestNote, Disclosure, Event, Refusal
from bot.calls.outcomes import State
from bot.store.tables.cases import DELIVERY
from bot.store.writing.connection import Transaction

_ADD = insert(DELIVERY)
_SEEN = select(DELIVERY.c.key).where(DELIVERY.c.key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class AuditNote:
    """An entry that belongs to no case, and its key: a second delivery adds nothing.

    `said` are the fields of `AuditEntry` beside number, moment and actor.
    """

    key: str
    event: Event
    actor: Actor
    act: Act | None
    said: Mapping[str, Any]
    at: datetime

    @classmethod
    def of_refusal(cls, refusal: Refusal, at: datetime) -> "AuditNote":
        """What was not permitted, and why. Its key is of its own: the request may come again."""
        detail = f"{refusal.why}\n{refusal.words}" if refusal.words else refusal.why
        said = {"state": State.REFUSED, "detail": detail}
        key = f"refused:{refusal.key}"
        return cls(key, Event.REFUSED, refusal.actor, refusal.act, said, at)

    @classmethod
    def of_disclosure(cls, told: Disclosure, at: datetime) -> "AuditNote":
        """What was handed out, of which call."""
        said = {
            "vendor": told.call.vendor,
            "call": told.call.id,
            "title": told.title,
            "detail": told.detail,
        }
        return cls(told.key, Event.DISCLOSED, told.actor, None, said, at)

    @classmethod
    def of_note(cls, note: DigestNote, at: datetime) -> "AuditNote":
        """What was asked of a digest."""
        return cls(note.key, note.event, note.actor, None, {"detail": note.detail}, at)


def recorded_keys(transaction: Transaction, keys: Sequence[str]) -> set[str]:
    """Those of the keys that are on record."""
    return set(transaction.connection.execute(_SEEN, {"keys": list(keys)}).scalars())


def record_notes(transaction: Transaction, notes: Sequence[AuditNote]) -> Sequence[bool]:
    """Audit each whose key is new; which ones were."""
    seen = recorded_keys(transaction, [one.key for one in notes])
    rows = []
    new = []
    for note in notes:
        new.append(note.key not in seen)
        if new[-1]:
            seen.add(note.key)
            rows.append({"key": note.key, "fingerprint": note.event, "case_number": None})
            transaction.audit.append(
                note.event, at=note.at, actor=note.actor, act=note.act, **note.said
            )
    if rows:
        transaction.connection.execute(_ADD, rows)
    return new
