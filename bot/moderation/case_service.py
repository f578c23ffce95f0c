"""What was done so far: cases, their history and the audit log, for those who may read them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bot.calls.case_history import MOST_ENTRIES, CaseHistory
from bot.calls.cases import AuditEntry, Case
from bot.calls.outcomes import Observation
from bot.errors import OtherRelease
from bot.moderation.asker import Asker
from bot.moderation.live_calls import LiveCalls
from bot.moderation.retry import Retry, next_retry
from bot.policy import Policy
from bot.ports import AuditQuery, Store

ENTRIES_A_CASE = 4
"""Entries of the audit log read for each case to be found: an order, its outcome, repetitions."""


class CaseService:
    """Cases, their history and the audit log: one's own for everybody, all of it for auditors.

    Every method that takes an asker raises NotPermitted for those who may not even see calls, and
    every method StoreError.
    """

    def __init__(self, live_calls: LiveCalls, policy: Policy, store: Store) -> None:
        self._live_calls = live_calls
        self._policy = policy
        self._store = store

    async def get(self, asker: Asker, number: int) -> Case:
        """One case: anybody's for those who may read the audit log, else their own.

        Somebody else's and one that nobody made are refused alike.
        """
        await self._policy.require_viewer(asker.actor, asker.channel)
        if not await self._policy.may_read_audit(asker.actor) and not await self._is_own(
            asker, number
        ):
            await self._policy.require_auditor(asker.actor, "read other people's cases")
        return await self._store.case(number)

    async def case_for_key(self, key: str) -> Case | None:
        """The case that the request of this idempotency key led to; None where it led to none.

        For a request that Slack delivers again. Raises OtherRelease where this release cannot read
        the case.
        """
        return await self._store.case_for_key(key)

    async def has_request(self, *keys: str) -> bool:
        """Whether a request of one of these keys is on record, whatever it led to."""
        return await self._store.has_keys(*keys)

    async def to_repeat(self, asker: Asker, number: int) -> Case:
        """The case of that number, to be done again: also one that somebody else asked for.

        Whether the asker may do it is decided by `ModerationService.request`. Raises UnknownCase
        and OtherRelease.
        """
        await self._policy.require_viewer(asker.actor, asker.channel)
        return await self._store.case(number)

    async def next_retry(self, asker: Asker, number: int, key: str) -> Retry:
        """The next try of a case by one asker, whom `key` stands for; see `retry.next_retry`."""
        case = await self.to_repeat(asker, number)
        return await next_retry(case, key, self._live_calls.clock.now(), self._store.case_for_key)

    async def _is_own(self, asker: Asker, number: int) -> bool:
        """Whether somebody asked for that case, or joined those who had."""
        mine = AuditQuery(case=number, by=asker.actor.user, limit=1)
        return bool(await self._store.audit(mine))

    async def history(self, asker: Asker, number: int) -> CaseHistory:
        """One case from its request on, with what took it back; raises as `get`."""
        case = await self.get(asker, number)
        entries = await self._store.audit(AuditQuery(case=number, limit=MOST_ENTRIES))
        later = await self._store.reversals(case)
        return CaseHistory.of(case, entries, later)

    async def audit_entries(self, asker: Asker, which: AuditQuery) -> Sequence[AuditEntry]:
        """The audit entries that match `which`, newest first.

        What somebody asked for themselves they may always read; RoleTooLow for the rest.
        """
        await self._policy.require_viewer(asker.actor, asker.channel)
        if which.by != asker.actor.user:
            await self._policy.require_auditor(asker.actor, "read the audit log")
        return await self._store.audit(which)

    async def own(self, asker: Asker, limit: int) -> Sequence[Case]:
        """The latest cases somebody asked for or joined, newest first."""
        wanted = AuditQuery(by=asker.actor.user, limit=limit * ENTRIES_A_CASE)
        entries = await self.audit_entries(asker, wanted)
        numbers = dict.fromkeys(entry.case for entry in entries if entry.case is not None)
        found = []
        for number in list(numbers)[:limit]:
            with suppress(OtherRelease):
                found.append(await self._store.case(number))
        return found

    async def require_auditor(self, asker: Asker) -> None:
        """Raise RoleTooLow for those who may not search the audit log, Outsider for strangers."""
        await self._policy.require_viewer(asker.actor, asker.channel)
        await self._policy.require_auditor(asker.actor, "search the audit log")

    async def check(self, asker: Asker, number: int) -> tuple[Case, Sequence[Observation]]:
        """Read the vendor again for a case: what it shows for each person; changes nothing.

        Raises as `get`, and Impossible where the vendor is not on.
        """
        case = await self.get(asker, number)
        provider = self._live_calls.provider(case.act.call.vendor)
        return case, await asyncio.gather(*map(provider.acts.observe, case.act.each()))
