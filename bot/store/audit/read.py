"""Reading the audit log: a page of it, all of it as a stream, and its last entry."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, func, select

from bot.calls.cases import AuditEntry
from bot.calls.names import fold
from bot.calls.outcomes import State
from bot.ports import AuditQuery
from bot.store.audit.chain import Head
from bot.store.audit.columns import as_kept
from bot.store.audit.entries import read_chained
from bot.store.database import Database
from bot.store.tables.audit import AUDIT
from bot.store.tables.cases import CASE, IS_OPEN

CHUNK = 2000
"""Rows held in memory while exporting."""

_BEFORE = AUDIT.alias("before")


class AuditReader:
    """Reads audit entries from the bytes that are hashed, outside the request path."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, which: AuditQuery) -> Sequence[AuditEntry]:
        """The newest entries that the query is about, up to its limit."""
        before = select(*as_kept(_BEFORE.c.hash)).where(_BEFORE.c.id == AUDIT.c.id - 1)
        wanted = (
            select(*as_kept(AUDIT.c.id, AUDIT.c.body, AUDIT.c.hash), before.scalar_subquery())
            .where(*self._conditions(which))
            .order_by(AUDIT.c.id.desc())
            .limit(which.limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return [read_chained(*row[:4]) for row in rows]

    def _conditions(self, which: AuditQuery) -> list[ColumnElement[bool]]:
        """What `which` asks for, in the columns of `bot.store.audit.columns.found_by`."""
        wanted = []
        for column, value in (
            (AUDIT.c.case_number, which.case),
            (AUDIT.c.actor, which.by),
            (AUDIT.c.vendor, which.vendor),
        ):
            if value is not None:
                wanted.append(column == value)
        if which.state is not None:
            wanted.append(_how(which.state))
        if which.before is not None:
            wanted.append(AUDIT.c.id < which.before)
        if which.verbs:
            wanted.append(AUDIT.c.verb.in_(which.verbs))
        if which.since is not None:
            wanted += _from(which.since)
        if which.until is not None:
            wanted.append(AUDIT.c.at < which.until)
        if which.person is not None and (words := fold(which.person)):
            wanted.append(self._database.within(words, AUDIT.c.people))
        return wanted

    async def head(self) -> Head:
        """The last entry; the beginning of the chain when there is none."""
        newest = select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(newest)).one_or_none()
        return Head(*row) if row else Head()

    async def hash_of(self, entry_id: int) -> Any:
        """The hash of an entry as the database has it; None when there is no such entry."""
        kept = select(*as_kept(AUDIT.c.hash)).where(AUDIT.c.id == entry_id)
        async with self._database.reading() as connection:
            return await connection.scalar(kept)

    async def entries(self) -> AsyncGenerator[AuditEntry]:
        """Every entry, the oldest first, as a stream."""
        wanted = select(*as_kept(AUDIT.c.id, AUDIT.c.body, AUDIT.c.hash)).order_by(AUDIT.c.id)
        before = Head()
        async with aclosing(self._rows(wanted)) as chunks:
            async for chunk in chunks:
                for entry_id, body, said in chunk:
                    previous = before.hash if entry_id == before.id + 1 else None
                    yield read_chained(entry_id, body, said, previous)
                    before = Head(entry_id, said)

    async def _rows(self, wanted: Executable) -> AsyncGenerator[Sequence[Any]]:
        async with self._database.transaction() as connection:
            stream = await connection.stream(wanted, execution_options={"yield_per": CHUNK})
            try:
                async for chunk in stream.partitions():
                    yield chunk
            finally:
                await stream.close()


def _how(state: State) -> ColumnElement[bool]:
    """The condition on the state; of cases in progress all entries are meant."""
    if not state.open:
        return AUDIT.c.state == state
    return AUDIT.c.case_number.in_(select(CASE.c.number).where(IS_OPEN))


def _from(since: datetime) -> list[ColumnElement[bool]]:
    """The conditions for entries from a moment on.

    No entry with a lower id than the first of them can be one, which an index knows. `+ 0` keeps
    SQLite from looking for the first one from the beginning of the table.
    """
    late_enough = AUDIT.c.at >= since
    first = select(func.min(AUDIT.c.id + 0)).where(late_enough).scalar_subquery()
    return [late_enough, AUDIT.c.id >= first]
