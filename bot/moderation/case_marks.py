"""Marks on calls from our own cases: that a limit is a lock of ours, and whom we silenced."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.calls.cases import Case
from bot.calls.effects import lock_of, muted, removed, silenced
from bot.calls.models import Call, CallRef, Participant

CASES = 200
"""Earlier cases of one call that are read."""

CASES_OF_ALL = 500
"""Earlier cases of all listed calls together that are read."""

MUTED_FOR = timedelta(minutes=10)
"""How long somebody counts as muted on a list: they can unmute themselves at any time."""


class RecentCases(Protocol):
    """The part of the store that remembers what was done in a call."""

    async def recent(self, call: CallRef, limit: int) -> Sequence[Case]:
        """The latest cases of a call, newest first."""


class RecentCasesOfAll(RecentCases, Protocol):
    """The part of the store that remembers what was done in many calls at once."""

    async def recent_of_all(self, calls: Sequence[CallRef], limit: int) -> Sequence[Case]:
        """The latest cases of these calls together, of all their runs, newest first."""


async def mark_call(
    past: RecentCases, call: Call, people: Sequence[Participant] = ()
) -> tuple[Call, tuple[Participant, ...]]:
    """The call, locked where its limit is that of a lock of ours; and who of `people` is silenced.

    A lock outlives the run it was made in, a silence does not. Raises StoreError.
    """
    cases = await past.recent(call.ref.model_copy(update={"session": None}), CASES)
    call = _locked(call, cases)
    quiet = silenced(cases, call.ref.session)
    return call, tuple(
        person.model_copy(update={"silenced": True}) if person.id in quiet else person
        for person in people
    )


async def mark_calls(past: RecentCasesOfAll, calls: Sequence[Call], now: datetime) -> list[Call]:
    """Those calls with our locks, and how many people in each are silenced or muted by us.

    The store is asked once for all of them. No vendor's list says who is muted, so only what our
    own cases did lately counts. Raises StoreError.
    """
    cases: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in await past.recent_of_all([call.ref for call in calls], CASES_OF_ALL):
        cases[case.act.call.vendor, case.act.call.id].append(case)
    return [_counted(call, cases[call.ref.vendor, call.ref.id], now) for call in calls]


def _counted(call: Call, cases: Sequence[Case], now: datetime) -> Call:
    if not cases:
        return call
    run = call.ref.session
    gone = removed(cases, run)
    silent = silenced(cases, run) - gone
    mute = muted(cases, run, now - MUTED_FOR) - gone - silent
    counts = {"silenced": min(len(silent), call.people), "muted": min(len(mute), call.people)}
    return _locked(call, cases).model_copy(update=counts)


def _locked(call: Call, cases: Sequence[Case]) -> Call:
    held = lock_of(cases) if call.limit is not None and call.locked is None else None
    if held is None or held.most != call.limit:
        return call
    return call.model_copy(update={"locked": True})
