"""Verifying the audit log: the chain, and what stands beside it.

Beside the chain stand the columns that entries are searched by, the cases, and the triggers that
refuse changes; whoever changes these leaves the chain as it was.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import ChainBroken, RecordDamaged
from bot.store.audit import columns, triggers
from bot.store.audit.chain import ChainWalk, Head
from bot.store.audit.columns import as_kept
from bot.store.audit.verify_cases import cases_after, entries_without_case, faults_of
from bot.store.audit.verify_chain import LAST, Pause, follow_chain
from bot.store.database import Database
from bot.store.tables.audit import AUDIT
from bot.store.tables.cases import CASE

ENTRIES, CASES = 250, 50
"""How many are compared before others have their turn: a few milliseconds."""

ALONE = 8
"""Times as many in a process that has nothing else to do."""

MOST_NAMED = 20
"""Faults that are told one by one; the rest are counted."""

STRETCH = 2_000
"""Entries that are read again in one look, and a fifth as many cases."""

SWITCH_ON = "Find out who switched it off, then run `callwarden migrate`: it puts it back."


class Verifier:
    """Reads the audit log and the cases as streams, in constant memory, while others write.

    `pause` is awaited after each chunk; `alone` says that nobody else waits for the process. All
    methods raise RecordDamaged for what was changed, ChainBroken for the chain, and StoreError when
    the database does not answer: that says nothing about what is in it.
    """

    def __init__(
        self, database: Database, pause: Pause | None = None, *, alone: bool = False
    ) -> None:
        self._database = database
        self._pause = pause
        self._share = ALONE if alone else 1

    async def follow(self, walk: ChainWalk, upto: int = LAST) -> Head:
        """Follow the chain up to entry `upto`, and return its last entry. Raises ChainBroken."""
        await follow_chain(self._database, walk, upto=upto, pause=self._pause)
        walk.finish()
        return walk.head

    async def verify_all(self, walk: ChainWalk) -> Head:
        """Verify everything, and return the last entry."""
        faults, broken, head = _Faults(), None, walk.head
        try:
            head = await self.follow(walk)
        except ChainBroken as error:
            broken = error
            faults.add(str(error))
        missing = await self.trigger_faults()
        async with self._database.reading() as connection:
            await self._entries(
                connection, faults, 0, LAST, known=broken.entry_id if broken else None
            )
            await self._cases(connection, faults, 0, LAST)
            await self._lost_cases(connection, faults)
        _require_no_faults(faults, missing, broken)
        return head

    async def verify_part(self, part: float) -> None:
        """Verify some old entries and cases; `part`, from 0 up to 1, says from where on."""
        faults = _Faults()
        async with self._database.reading() as connection:
            start = await _somewhere(connection, AUDIT.c.id, part, STRETCH)
            first = await _somewhere(connection, CASE.c.number, part, STRETCH // 5)
            previous = await connection.scalar(
                select(*as_kept(AUDIT.c.hash)).where(AUDIT.c.id == start)
            )
            await self._entries(connection, faults, start, start + STRETCH)
            await self._cases(connection, faults, first, first + STRETCH // 5)
        missing, broken = await self.trigger_faults(), None
        try:
            await self.follow(_from(start, previous), start + STRETCH)
        except ChainBroken as error:
            broken = error
            faults.add(str(error))
        _require_no_faults(faults, missing, broken)

    async def trigger_faults(self) -> list[str]:
        """A sentence for each trigger that is not as it should be."""
        async with self._database.reading() as connection:
            return await connection.run_sync(triggers.faults)

    async def _entries(
        self,
        connection: AsyncConnection,
        faults: "_Faults",
        after: int,
        upto: int,
        known: int | None = None,
    ) -> None:
        """Compare entries with their columns; `known` is one that the faults tell of already."""
        many = self._share * ENTRIES
        while rows := await _rows(connection, columns.entries_after(after, upto, many)):
            for row in rows:
                if row.id != known and (fault := columns.fault_of(row)):
                    faults.add(fault)
            after = rows[-1].id
            await self._rest()

    async def _cases(
        self, connection: AsyncConnection, faults: "_Faults", after: int, upto: int
    ) -> None:
        many = self._share * CASES
        while after < upto and (rows := await _rows(connection, cases_after(after, many))):
            for fault in faults_of(rows):
                faults.add(fault)
            after = rows[-1].number
            await self._rest()

    async def _lost_cases(self, connection: AsyncConnection, faults: "_Faults") -> None:
        for row in await _rows(connection, entries_without_case(MOST_NAMED)):
            faults.add(f"Case #{row.case_number} is gone; audit entry {row.first} tells of it.")

    async def _rest(self) -> None:
        if self._pause is not None:
            await self._pause()


class _Faults:
    """The faults that were found: the first ones as sentences, the rest as a number."""

    def __init__(self) -> None:
        self._named: list[str] = []
        self._more = 0

    def add(self, fault: str) -> None:
        """Add a fault."""
        if len(self._named) < MOST_NAMED:
            self._named.append(fault)
        else:
            self._more += 1

    def lines(self) -> list[str]:
        """A line for each fault that is kept, and one for how many more there are."""
        return [*self._named, *([f"And {self._more} more."] if self._more else [])]


def _require_no_faults(faults: _Faults, missing: Iterable[str], broken: ChainBroken | None) -> None:
    """Raises ChainBroken or RecordDamaged if anything was found."""
    found, missing = faults.lines(), list(missing)
    if broken is not None:
        raise ChainBroken("\n".join(chain(found, missing)), entry_id=broken.entry_id)
    if found:
        raise RecordDamaged("\n".join(chain(found, missing)))
    if missing:
        raise RecordDamaged("\n".join(missing), next_step=SWITCH_ON)


async def _rows(connection: AsyncConnection, wanted: Select[Any]) -> Any:
    return (await connection.execute(wanted)).all()


async def _somewhere(connection: AsyncConnection, column: Any, part: float, size: int) -> int:
    """The id after which a stretch of `size` begins, so that all of it is there."""
    last = await connection.scalar(select(func.max(column))) or 0
    return round(part * max(0, last - size))


def _from(start: int, previous: Any) -> ChainWalk:
    """A walk that begins after entry `start`. Raises ChainBroken where its hash cannot be one."""
    if start == 0:
        return ChainWalk()
    if not isinstance(previous, bytes):
        raise ChainBroken(f"Audit entry {start} is missing.", entry_id=start)
    return ChainWalk(Head(start, previous))
