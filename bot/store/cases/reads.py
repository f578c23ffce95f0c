"""Reading cases. Those that this release cannot read are left out of lists, and remembered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, false, func, or_, select

from bot.calls.cases import Case
from bot.calls.models import CallRef, Vendor
from bot.errors import OtherRelease, UnknownCase
from bot.store.base import StoreBase
from bot.store.cases.rows import case_of
from bot.store.tables.audit import AUDIT
from bot.store.tables.cases import CASE, DELIVERY

MAX_REVERSALS = 300
"""Cases that reverse one case, which may be each person of it by themselves."""


class CaseReadsMixin(StoreBase):
    """The methods of `bot.ports.Store` that read cases."""

    async def last_case(self) -> int:
        """The number of the newest case; 0 when there is none. Raises StoreError."""
        async with self._reading() as connection:
            return await connection.scalar(select(func.max(CASE.c.number))) or 0

    async def case(self, number: int) -> Case:
        """The case of that number. See `bot.ports.Store`."""
        row = await self._row(select(CASE).where(CASE.c.number == number))
        if row is None:
            raise UnknownCase(f"There is no case #{number}.")
        return self._read(row)

    async def case_for_key(self, key: str) -> Case | None:
        """The case that the order of this key belongs to; None when the key is not on record.

        See `bot.ports.Store`.
        """
        number = select(DELIVERY.c.case_number).where(DELIVERY.c.key == key).scalar_subquery()
        row = await self._row(select(CASE).where(CASE.c.number == number))
        return None if row is None else self._read(row)

    async def has_keys(self, *keys: str) -> bool:
        """Whether one of these idempotency keys is on record. See `bot.ports.Store`."""
        came = select(DELIVERY.c.key).where(DELIVERY.c.key.in_(keys)).limit(1)
        async with self._reading() as connection:
            found = await connection.scalar(came)
        return found is not None

    async def recent(self, call: CallRef, limit: int) -> Sequence[Case]:
        """The latest cases of a call, newest first, up to `limit`. See `bot.ports.Store`."""
        wanted = select(CASE).where(CASE.c.vendor == call.vendor, CASE.c.call_id == call.id)
        if call.session is not None:
            wanted = wanted.where(CASE.c.session == call.session)
        return await self._cases(wanted.order_by(CASE.c.number.desc()).limit(limit))

    async def recent_of_all(self, calls: Sequence[CallRef], limit: int) -> Sequence[Case]:
        """The latest cases of these calls together, of all their runs, newest first, up to `limit`.

        See `bot.ports.Store`.
        """
        ids: dict[Vendor, list[str]] = {}
        for call in calls:
            ids.setdefault(call.vendor, []).append(call.id)
        of_each = [and_(CASE.c.vendor == vendor, CASE.c.call_id.in_(ids[vendor])) for vendor in ids]
        newest = select(CASE).where(or_(false(), *of_each)).order_by(CASE.c.number.desc())
        return await self._cases(newest.limit(limit))

    async def reversals(self, case: Case) -> Sequence[Case]:
        """Later cases of the same call with the verb that reverses this one, oldest first.

        See `bot.ports.Store`.
        """
        if case.inverse is None:
            return []
        call = case.act.call
        asked = select(AUDIT.c.case_number).where(
            AUDIT.c.verb == case.inverse.name, AUDIT.c.case_number > case.number
        )
        wanted = select(CASE).where(
            CASE.c.vendor == call.vendor,
            CASE.c.call_id == call.id,
            CASE.c.number > case.number,
            CASE.c.number.in_(asked),
        )
        return await self._cases(wanted.order_by(CASE.c.number).limit(MAX_REVERSALS))

    def unreadable_cases(self, call: CallRef) -> Sequence[int]:
        """The numbers of a call's cases that were read and not understood, newest first.

        See `bot.ports.Store`.
        """
        return self._unreadable.cases_of(call)

    async def _row(self, wanted: Select[Any]) -> Row[Any] | None:
        async with self._reading() as connection:
            row: Row[Any] | None = (await connection.execute(wanted)).one_or_none()
        return row

    def _read(self, row: Row[Any]) -> Case:
        """The case in a row; one that cannot be read is remembered, and raises OtherRelease."""
        try:
            return case_of(row)
        except OtherRelease as error:
            self._unreadable.add(CASE, row, error)
            raise

    async def _cases(self, wanted: Select[Any]) -> Sequence[Case]:
        """Those that can be read."""
        async with self._reading() as connection:
            rows = (await connection.execute(wanted)).all()
        found = []
        for row in rows:
            try:
                found.append(self._read(row))
            except OtherRelease:
                continue
        return found
