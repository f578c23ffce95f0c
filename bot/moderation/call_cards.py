"""A call opened for one reader: who is in it, what that reader may do, and what they may read."""

import asyncio
from collections.abc import Sequence

from bot.calls.actors import Actor, Reader
from bot.calls.attendance import Attendance
from bot.calls.cases import Case
from bot.calls.live import CallView
from bot.calls.models import CallRef, Vendor
from bot.calls.reports import ATTENDANCE
from bot.calls.rights import NOTHING, Rights
from bot.errors import Impossible, NotPermitted, VendorError
from bot.moderation.absent_people import AbsentPeople
from bot.moderation.live_calls import LiveCalls
from bot.policy import Policy
from bot.ports import Store

RECENT = 3
"""Cases shown on a call's card."""

REMOVALS = 100
"""The latest cases of a call that are looked at for who removed somebody."""


class CallCards:
    """Makes call cards, each for one reader; whether they may see calls at all is asked before."""

    def __init__(
        self, live_calls: LiveCalls, policy: Policy, store: Store, absent_people: AbsentPeople
    ) -> None:
        self._live_calls = live_calls
        self._policy = policy
        self._store = store
        self._absent_people = absent_people

    def connection_trouble(self, vendor: Vendor) -> str:
        """Why no connection to a vendor comes about, for admins; empty while it answers."""
        return self._live_calls.diagnosis(vendor)

    def is_undoable(self, case: Case) -> bool:
        """Whether the vendor is on and can take the act of `case` back."""
        verb, provider = case.inverse, self._live_calls.providers.get(case.act.call.vendor)
        return bool(verb and provider and provider.capabilities[verb.name].possible)

    async def open(
        self, reader: Actor, channel: str | None, ref: CallRef, page: int = 0
    ) -> tuple[CallView, Sequence[Case]]:
        """One call for `reader`: who is in it and kept out, what they may do, and its latest cases.

        The vendor and the roles are asked side by side. Raises VendorError, Impossible, and
        NotPermitted for outsiders.
        """
        view, rights = await asyncio.gather(
            self._live_calls.open(ref, page), self._policy.rights(reader, ref.vendor, channel)
        )
        (cases, set_aside), kept_out = await asyncio.gather(
            self._recent(reader, view.call.ref), self._absent_people.kept_out(view.call)
        )
        over = view.call.ended_at is not None and ATTENDANCE.name in rights.reports
        attendance = await self._attendance(view.call.ref) if over else None
        found = {
            "rights": rights,
            "attendance": attendance,
            "kept_out": kept_out,
            "set_aside": set_aside,
        }
        return view.model_copy(update=found), cases

    async def rights(self, reader: Reader, vendor: Vendor) -> Rights:
        """What a private answer may offer its reader; nothing for who lost their role meanwhile."""
        try:
            return await self._policy.rights(reader.actor, vendor, reader.channel)
        except NotPermitted:
            return NOTHING

    async def attendance(self, call: CallRef) -> Attendance:
        """Who was in a call, with what our own cases know of how they left.

        Raises VendorError, Impossible and StoreError.
        """
        # One after the other: beside a vendor that fails, the reading would be left to itself.
        provider = self._live_calls.provider(call.vendor)
        seen = await self._live_calls.shared(
            (ATTENDANCE.name, call), lambda: provider.reports.attendance(call)
        )
        cases = await self._store.recent(call, limit=REMOVALS)
        return seen.with_causes(cases).with_names(lambda person: self._name(call, person))

    def _name(self, call: CallRef, person: str) -> str | None:
        """The name of somebody who was seen in the call lately."""
        met = self._live_calls.recent_calls.met(call, person)
        return None if met is None else met.name

    async def _attendance(self, call: CallRef) -> Attendance | None:
        """None where the vendor has none, or does not say now: the card is shown without it."""
        try:
            return await self.attendance(call)
        except (VendorError, Impossible):
            return None

    async def _recent(self, reader: Actor, call: CallRef) -> tuple[Sequence[Case], tuple[int, ...]]:
        """The latest cases of a call, and those set aside; without the audit log, their own."""
        cases = await self._store.recent(call, limit=RECENT)
        if await self._policy.may_read_audit(reader):
            return cases, tuple(self._store.unreadable_cases(call)[:RECENT])
        return [case for case in cases if case.actor.user == reader.user], ()
