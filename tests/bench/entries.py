"""A long record, written at once: what a year of moderation leaves, in seconds."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg

from bot.calls.actors import Actor
from bot.calls.cases import AuditEntry, Event
from bot.calls.outcomes import State
from bot.store.audit.chain import GENESIS, link
from bot.store.audit.columns import found_by
from bot.store.urls import sqlite_file

ENTRIES = 1_000_000

COLUMNS = ("id", "body", "hash", "case_number", "actor", "verb", "vendor", "state", "people")

_OUTCOME = AuditEntry(
    id=0,
    at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    event=Event.OUTCOME,
    case=1,
    actor=Actor(user="U0MODERATOR", team="T0WORKSPACE"),
    verb="kick",
    vendor="stream",
    call="default:support",
    title="Support room",
    people=("Alice Smith (alice)",),
    reason="insults",
    state=State.CONFIRMED,
    detail="Alice Smith: confirmed. No longer among the participants.",
)


def fill(url: str) -> None:
    """Put the entries into an empty database with all tables."""
    if path := sqlite_file(url):
        _into_sqlite(str(path))
    else:
        _into_postgresql(url)


def _into_sqlite(path: str) -> None:
    connection = sqlite3.connect(path)
    marks = ", ".join("?" * len(COLUMNS))
    with connection:
        connection.executemany(f"INSERT INTO audit ({_names()}) VALUES ({marks})", _rows())
    connection.close()


def _into_postgresql(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.cursor().copy(f"COPY audit ({_names()}) FROM STDIN") as copy:
            for row in _rows():
                copy.write_row(row)
        connection.execute("VACUUM ANALYZE audit")


def _names() -> str:
    return ", ".join(COLUMNS)


def _rows() -> Iterator[tuple[Any, ...]]:
    body = _OUTCOME.model_dump_json(exclude_none=True)
    found = found_by(_OUTCOME)
    more = tuple(found[name] for name in COLUMNS[3:])
    previous = GENESIS
    for number in range(1, ENTRIES + 1):
        written = body.replace('"id":0', f'"id":{number}').encode()
        previous = link(previous, written)
        yield (number, written, previous, *more)
