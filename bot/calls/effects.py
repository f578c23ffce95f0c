"""Effects of our acts on a call that still hold, read from its cases.

A case counts from when it was begun: what it may have changed is to be put back, too.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.calls.acts import Act
from bot.calls.cases import Case
from bot.calls.outcomes import State
from bot.calls.prior_state import HeldRights, PriorState
from bot.calls.verbs import (
    Block,
    Grant,
    Kick,
    Lock,
    Mute,
    Permission,
    Revoke,
    Silence,
    Track,
    Unlock,
    Unsilence,
)

_NOTHING = {State.REFUSED, State.FAILED}
"""The states of a case that changed nothing."""


def lock_of(past: Sequence[Case]) -> PriorState | None:
    """The prior state that our lock on the call, if it still holds, found; None when none holds.

    `past` are the call's cases, newest first. A lock of a locked call keeps what the first one
    found.
    """
    for case in past:
        if isinstance(case.act.verb, Unlock) and case.state is State.CONFIRMED:
            return None
        if isinstance(case.act.verb, Lock) and case.act.before and case.state not in _NOTHING:
            return case.act.before
    return None


def taken_from(past: Sequence[Case], run: str | None) -> dict[str, HeldRights]:
    """The rights that our silences took in this run, by the ids of those they were taken from.

    Rights that were granted or revoked since are not among them. Permissions do not outlive a run
    of the call. `past` are the call's cases, newest first.
    """
    taken: dict[str, HeldRights] = {}
    for case in reversed(past):
        if _of_run(case, run):
            _follow(case, taken)
    return taken


def _follow(case: Case, taken: dict[str, HeldRights]) -> None:
    act = case.act
    before = act.before or PriorState()
    if isinstance(act.verb, Silence) and case.state not in _NOTHING:
        for held in before.rights:
            known = taken.get(held.person, held)
            taken[held.person] = held.model_copy(
                update={"rights": tuple(dict.fromkeys((*known.rights, *held.rights)))}
            )
    elif isinstance(act.verb, Unsilence):
        for person in _reached(case, (held.person for held in before.rights)):
            _give_back(taken, person, before.held_by(person))
    elif isinstance(act.verb, Grant | Revoke):
        for person in _reached(case, (target.id for target in act.people)):
            _give_back(taken, person, (act.verb.permission,))


def settled_rights(past: Sequence[Case], run: str | None) -> dict[tuple[str, Permission], bool]:
    """The rights that our last grant or revocation settled: by person and right, whether they hold.

    Only acts in this run count; for a person and right that is missing, their role decides. `past`
    are the call's cases, newest first.
    """
    has: dict[tuple[str, Permission], bool] = {}
    for case in reversed(past):
        verb = case.act.verb
        if isinstance(verb, Grant | Revoke) and _of_run(case, run):
            for person in _reached(case, (target.id for target in case.act.people)):
                has[person, verb.permission] = isinstance(verb, Grant)
    return has


def _give_back(taken: dict[str, HeldRights], person: str, rights: Sequence[Permission]) -> None:
    if person in taken:
        left = tuple(permission for permission in taken[person].rights if permission not in rights)
        taken[person] = taken[person].model_copy(update={"rights": left})


def _reached(case: Case, meant: Iterable[str]) -> set[str]:
    """Those of `meant` for whom it is confirmed."""
    done = [result for result in case.results if result.state is State.CONFIRMED]
    if any(result.person is None and result.count is None for result in done):
        return set(meant)
    return set(meant) & {result.person for result in done if result.person is not None}


def silenced(past: Sequence[Case], run: str | None) -> frozenset[str]:
    """The ids of those who are silenced by us in this run. `past` are its cases, newest first."""
    held: dict[str, None] = {}
    for case in reversed(past):
        if not _of_run(case, run):
            continue
        if isinstance(case.act.verb, Silence) and case.state not in _NOTHING:
            held.update(dict.fromkeys(_aimed(case.act) | _hit(case)))
        elif isinstance(case.act.verb, Unsilence):
            for person in _reached(case, _aimed(case.act)):
                held.pop(person, None)
    return frozenset(held)


def _aimed(act: Act) -> set[str]:
    if not act.everyone:
        return {person.id for person in act.people}
    return {held.person for held in (act.before or PriorState()).rights}


def muted(past: Sequence[Case], run: str | None, since: datetime) -> frozenset[str]:
    """The ids of those whom an act of ours muted in this run since `since`; `past` newest first."""
    return frozenset(
        person
        for case in past
        if isinstance(case.act.verb, Mute)
        and case.act.verb.tracks in {Track.AUDIO, Track.EVERYTHING}
        and (case.finished_at or case.asked_at) >= since
        and _of_run(case, run)
        for person in _hit(case)
    )


def removed(past: Sequence[Case], run: str | None) -> frozenset[str]:
    """The ids of those whom acts of ours removed in this run; some may have come back."""
    out = (case for case in past if isinstance(case.act.verb, Kick | Block) and _of_run(case, run))
    return frozenset(person for case in out for person in _hit(case))


def _of_run(case: Case, run: str | None) -> bool:
    return run is None or case.act.call.session in {None, run}


def _hit(case: Case) -> set[str]:
    """For whom it is so, as far as they were told one by one."""
    so = [result for result in case.results if result.state.settled]
    named = {result.person for result in so if result.person is not None}
    whole = any(result.person is None and result.count is None for result in so)
    return named | {person.id for person in case.act.people} if whole else named
