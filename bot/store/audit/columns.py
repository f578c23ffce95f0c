"""The columns that audit entries are found by, and whether they say what the entries say.

They are not hashed and never shown: what is shown stands in the entry's body.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, select, type_coerce
from sqlalchemy.types import NullType

from bot.calls.audit_filter import aimed_at
from bot.calls.cases import AuditEntry, Event
from bot.store.audit.entries import read
from bot.store.tables.audit import AUDIT

NAMES: Mapping[str, str] = {
    "case_number": "case",
    "at": "time",
    "actor": "moderator",
    "verb": "action",
    "vendor": "vendor",
    "state": "result",
    "people": "people",
}
"""What each column is called when it is told of."""


def found_by(entry: AuditEntry) -> dict[str, Any]:
    """The values of those columns for an entry, by their names."""
    return {
        "case_number": entry.case,
        "at": entry.at,
        "actor": entry.actor.user if entry.actor else None,
        "verb": entry.verb,
        "vendor": entry.vendor,
        "state": entry.state,
        "people": aimed_at(entry.people, entry.reached) or None,
    }


def as_kept(*columns: Any) -> list[Any]:
    """Select columns as the driver gives them.

    A cell of SQLite that somebody changed may hold a value of any type.
    """
    return [type_coerce(column, NullType()).label(column.name) for column in columns]


def moment(kept: Any) -> Any:
    """The moment in `kept`: SQLite's text as a datetime in UTC; anything else stays as it is."""
    if isinstance(kept, str):
        with suppress(ValueError):
            return datetime.fromisoformat(kept).replace(tzinfo=UTC)
    return kept


def entries_after(entry_id: int, upto: int, limit: int) -> Select[Any]:
    """The statement for up to `limit` entries after `entry_id`, with what they are found by."""
    columns = as_kept(AUDIT.c.id, AUDIT.c.body, *(AUDIT.c[name] for name in NAMES))
    wanted = select(*columns).where(AUDIT.c.id > entry_id, AUDIT.c.id <= upto)
    return wanted.order_by(AUDIT.c.id).limit(limit)


def fault_of(row: Row[Any]) -> str | None:
    """A sentence about what is wrong with an entry or its columns; None for nothing."""
    entry = read(row.id, row.body)
    if entry.event is Event.DAMAGED:
        return entry.detail
    if entry.event is Event.NEWER:
        return None
    wrong = [NAMES[name] for name in _differing(row, found_by(entry))]
    if not wrong:
        return None
    return f"What audit entry {row.id} is searched by is not what it says: {', '.join(wrong)}."


def _differing(row: Row[Any], found: Mapping[str, Any]) -> Iterator[str]:
    kept = row._mapping  # noqa: SLF001 - SQLAlchemy's name for it; it is documented
    for name in NAMES:
        said = moment(kept[name]) if name == "at" else kept[name]
        if said != found[name]:
            yield name
