"""Idempotency keys that are on record, and audit entries that belong to no case.

A key is recorded in the transaction of what it led to; a second delivery of it adds nothing.
"""

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
    """An audit entry that belongs to no case, and the key by which it is recorded once.

    `fields` are those of `AuditEntry` beside id, moment, event, actor and act.
    """

    key: str
    event: Event
    actor: Actor
    act: Act | None
    fields: Mapping[str, Any]
    at: datetime

    @classmethod
    def of_refusal(cls, refusal: Refusal, at: datetime) -> "AuditNote":
        """The entry of an attempt that was not permitted.

        It has a key of its own, so that the same request may come again.
        """
        detail = f"{refusal.why}\n{refusal.words}" if refusal.words else refusal.why
        fields = {"state": State.REFUSED, "detail": detail}
        key = f"refused:{refusal.key}"
        return cls(key, Event.REFUSED, refusal.actor, refusal.act, fields, at)

    @classmethod
    def of_disclosure(cls, disclosure: Disclosure, at: datetime) -> "AuditNote":
        """The entry of a recording or the like that somebody is given."""
        fields = {
            "vendor": disclosure.call.vendor,
            "call": disclosure.call.id,
            "title": disclosure.title,
            "detail": disclosure.detail,
        }
        return cls(disclosure.key, Event.DISCLOSED, disclosure.actor, None, fields, at)

    @classmethod
    def of_note(cls, note: DigestNote, at: datetime) -> "AuditNote":
        """The entry of what is asked of a digest."""
        return cls(note.key, note.event, note.actor, None, {"detail": note.detail}, at)


def recorded_keys(transaction: Transaction, keys: Sequence[str]) -> set[str]:
    """The ones of these keys that are on record."""
    return set(transaction.connection.execute(_SEEN, {"keys": list(keys)}).scalars())


def record_notes(transaction: Transaction, notes: Sequence[AuditNote]) -> Sequence[bool]:
    """Record each note whose key is new; False for each whose key was on record."""
    seen = recorded_keys(transaction, [note.key for note in notes])
    rows = []
    new = []
    for note in notes:
        new.append(note.key not in seen)
        if new[-1]:
            seen.add(note.key)
            rows.append({"key": note.key, "fingerprint": note.event, "case_number": None})
            transaction.audit.append(
                note.event, at=note.at, actor=note.actor, act=note.act, **note.fields
            )
    if rows:
        transaction.connection.execute(_ADD, rows)
    return new
