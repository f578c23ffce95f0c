"""Reading the audit: pages of it, all of it as a stream, and the walk along the chain."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, func, insert, select, update

from bot.calls.cases import AuditEntry
from bot.calls.names import fold
from bot.calls.outcomes import State
from bot.errors import ChainBroken
from bot.ports import CaseFilter
from bot.store.chain import Head, Walk
from bot.store.database import Database
from bot.store.pen import Transaction
from bot.store.tables import AUDIT, CASE, CHECKPOINT, IS_OPEN
from bot.store.walking import walk_over

CHUNK = 2000
"""Rows held in memory while exporting."""

THE_CHECKPOINT = 1
"""There is one row of it."""


class Trail:
    """The audit log, read from outside the request path. Shown is what is in the hashed bytes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine = database.engine

    async def page(self, which: CaseFilter) -> Sequence[AuditEntry]:
        """The newest entries that fit."""
        wanted = (
            select(AUDIT.c.body)
            .where(*self._conditions(which))
            .order_by(AUDIT.c.id.desc())
            .limit(which.limit)
        )
        async with self._database.readers.connect() as connection:
            found = await connection.execute(wanted)
            return [AuditEntry.model_validate_json(body) for body in found.scalars()]

    def _conditions(self, which: CaseFilter) -> list[ColumnElement[bool]]:
        """What `which` asks for, in the columns that entries are found by; see `rows.found_by`."""
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
        """The last entry."""
        newest = select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)
        async with self._engine.connect() as connection:
            row = (await connection.execute(newest)).one_or_none()
        return Head(*row) if row else Head()

    async def checkpoint(self) -> Head:
        """The last entry that was found good, the genesis when none was."""
        kept = select(CHECKPOINT.c.entry_id, CHECKPOINT.c.hash)
        async with self._engine.connect() as connection:
            row = (await connection.execute(kept)).one_or_none()
        return Head(*row) if row else Head()

    async def walk(self, expect: bytes | None = None) -> Head:
        """Follow the whole chain; its head, or ChainBroken."""
        return await self._follow(Walk(anchor=await self.checkpoint(), expect=expect))

    async def walk_on(self) -> Head:
        """Follow the chain from the checkpoint; its head, or ChainBroken."""
        start = await self.checkpoint()
        if start.id and await self._hash(start.id) != start.hash:
            raise ChainBroken(
                f"Audit entry {start.id} is missing or is not the one seen before.",
                entry_id=start.id,
            )
        return await self._follow(Walk(start))

    async def entries(self) -> AsyncIterator[AuditEntry]:
        """Every entry, oldest first."""
        async with aclosing(self._rows(select(AUDIT.c.body).order_by(AUDIT.c.id))) as chunks:
            async for chunk in chunks:
                for (body,) in chunk:
                    yield AuditEntry.model_validate_json(body)

    async def _follow(self, walk: Walk) -> Head:
        await walk_over(self._database, walk)
        walk.finish()
        return walk.head

    async def _hash(self, entry_id: int) -> bytes | None:
        async with self._engine.connect() as connection:
            found: bytes | None = await connection.scalar(
                select(AUDIT.c.hash).where(AUDIT.c.id == entry_id)
            )
        return found

    async def _rows(self, wanted: Executable) -> AsyncGenerator[Sequence[Any]]:
        async with self._engine.connect() as connection:
            stream = await connection.stream(wanted, execution_options={"yield_per": CHUNK})
            try:
                async for chunk in stream.partitions():
                    yield chunk
            finally:
                await stream.close()


def _how(state: State) -> ColumnElement[bool]:
    """Entries with that outcome; those of open cases for what is in progress now."""
    if not state.open:
        return AUDIT.c.state == state
    return AUDIT.c.case_number.in_(select(CASE.c.number).where(IS_OPEN))


def _from(since: datetime) -> list[ColumnElement[bool]]:
    """Entries from a moment on; none of them is before the first of them, which an index knows.

    `+ 0` keeps SQLite from looking for the first one from the beginning of the table.
    """
    late_enough = AUDIT.c.at >= since
    first = select(func.min(AUDIT.c.id + 0)).where(late_enough).scalar_subquery()
    return [late_enough, AUDIT.c.id >= first]


def keep(transaction: Transaction, heads: Sequence[tuple[Head, Any]]) -> Sequence[None]:
    """Write down the last entry found good, each with its moment; the newest one stays."""
    head, at = max(heads, key=lambda pair: pair[0].id)
    row = {"entry_id": head.id, "hash": head.hash, "at": at}
    known = transaction.connection.execute(update(CHECKPOINT).values(row))
    if not known.rowcount:
        transaction.connection.execute(insert(CHECKPOINT).values(row | {"id": THE_CHECKPOINT}))
    return [None] * len(heads)
