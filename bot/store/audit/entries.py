"""Audit entries read from the bytes that are hashed, also when these are damaged."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from bot.calls.cases import UNDATED, AuditEntry, DamagedEntry, Event
from bot.store.audit.chain import GENESIS, link
from bot.store.stored_json import read_json

LEGIBLE = 500
"""Characters of a damaged entry that are shown."""

_MOMENT: TypeAdapter[datetime] = TypeAdapter(datetime)


def read(entry_id: int, body: Any) -> AuditEntry:
    """The entry in `body`; a DamagedEntry when there is none in it, or it has another id.

    Fields that a newer release added are ignored.
    """
    if not isinstance(body, bytes):
        return _damaged(entry_id, f"Audit entry {entry_id} is not bytes.", body)
    try:
        entry = read_json(AuditEntry, body)
    except ValidationError:
        return _unread(entry_id, body)
    if entry.at.tzinfo is None:
        return _unread(entry_id, body)
    if entry.id != entry_id:
        why = f"Audit entry {entry_id} says that it is entry {entry.id}."
        return _damaged(entry_id, why, body)
    return entry


def read_chained(entry_id: int, body: Any, said: Any, previous: Any) -> AuditEntry:
    """The entry in `body` as of `read`; a DamagedEntry also where it does not fit `said`, its hash.

    `previous` is the hash of the entry before it; None where that is not known.
    """
    entry = read(entry_id, body)
    before = GENESIS if entry_id == 1 else previous
    if entry.event is Event.DAMAGED:
        return entry
    if not isinstance(before, bytes) or link(before, body) == said:
        return entry
    return _damaged(entry_id, f"Audit entry {entry_id} does not fit its hash.", body)


def _unread(entry_id: int, body: bytes) -> DamagedEntry:
    """Bytes in which this release finds no entry: one of a newer release, or none at all."""
    found = _found(body)
    if found.get("id") == entry_id and isinstance(found.get("event"), str) and _at(found):
        why = f"Audit entry {entry_id} is of a newer release; this one cannot read it."
        return _damaged(entry_id, why, body, Event.NEWER)
    return _damaged(entry_id, f"Audit entry {entry_id} is no entry: it cannot be read.", body)


def _damaged(entry_id: int, why: str, body: Any, event: Event = Event.DAMAGED) -> DamagedEntry:
    found = _found(body)
    case = found.get("case")
    return DamagedEntry(
        id=entry_id,
        at=_at(found) or UNDATED,
        event=event,
        case=case if type(case) is int else None,
        detail=why,
        text=_text(body)[:LEGIBLE],
    )


def _found(body: Any) -> dict[str, Any]:
    try:
        found = from_json(body)
    except (ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _at(found: dict[str, Any]) -> datetime | None:
    try:
        at = _MOMENT.validate_python(found.get("at"))
    except ValidationError:
        return None
    return at if at.tzinfo is not None else None


def _text(body: Any) -> str:
    return body.decode(errors="replace") if isinstance(body, bytes) else str(body)
