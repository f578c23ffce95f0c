"""Refusals written down: each by itself, or counted by the hour; see `bot.calls.refusals`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    tuple_,
)

from bot.calls.actors import Actor
from bot.calls.cases import Event, Refusal
from bot.calls.outcomes import State
from bot.calls.refusals import HOUR, OF_INSIDERS, OF_OUTSIDERS, RefusalCount, RefusalWindow
from bot.errors import NotAccepted, StoreError
from bot.store.base import StoreBase
from bot.store.cases.asks import keep_refused
from bot.store.deliveries import AuditNote, record_notes, recorded_keys
from bot.store.tables.cases import REFUSAL_COUNT
from bot.store.writing.connection import Transaction, WriteOperation

Person = tuple[str, str]
"""Team and user."""

_PERSON = tuple_(REFUSAL_COUNT.c.team, REFUSAL_COUNT.c.by)
_THESE = select(REFUSAL_COUNT).where(_PERSON.in_(bindparam("people", expanding=True)))
_ONE = and_(
    REFUSAL_COUNT.c.team == bindparam("its_team"), REFUSAL_COUNT.c.by == bindparam("its_by")
)
_ADD, _FORGET = insert(REFUSAL_COUNT), delete(REFUSAL_COUNT).where(_ONE)


@dataclass(frozen=True, slots=True)
class TimedRefusal:
    """A refusal and its moment."""

    refusal: Refusal
    at: datetime

    @property
    def note(self) -> AuditNote:
        """Its entry, where it has one of its own."""
        return AuditNote.of_refusal(self.refusal, self.at)


class CountRecording(NamedTuple):
    """Record what was counted until `at`: of the hours that are over, or of `everything`."""

    at: datetime
    everything: bool


class RefusalRecorder:
    """Only for who holds the writer's lock: counts of several processes add up."""

    def refuse(self, transaction: Transaction, refused: Sequence[TimedRefusal]) -> Sequence[None]:
        """Record or count each; one whose key is on record was delivered again, and adds nothing.

        A counted one has no key on record: delivered again, it is counted again. What those who may
        can be asked for is kept in any case.
        """
        seen = recorded_keys(transaction, [one.note.key for one in refused])
        windows = _Windows.of(transaction, {_person(one.refusal.actor) for one in refused})
        recorded = []
        for refusal in refused:
            if refusal.note.key in seen:
                continue
            if windows.recorded(refusal):
                seen.add(refusal.note.key)
                recorded.append(refusal.note)
        record_notes(transaction, recorded)
        if asks := [one.refusal.ask for one in refused if one.refusal.ask is not None]:
            keep_refused(transaction, asks)
        windows.write()
        return [None] * len(refused)

    def record(self, transaction: Transaction, wanted: Sequence[CountRecording]) -> Sequence[None]:
        """An entry for each count; where an hour was quiet, nothing is kept of the person."""
        at, everything = (
            max(recording.at for recording in wanted),
            any(recording.everything for recording in wanted),
        )
        due = select(REFUSAL_COUNT)
        if not everything:
            due = due.where(_is_over(at))
        windows = _Windows(transaction, transaction.connection.execute(due))
        windows.go_on(at, everything=everything)
        windows.write()
        return [None] * len(wanted)


class _Windows:
    """The hours of some people, as they are in one transaction, and what becomes of them."""

    def __init__(self, transaction: Transaction, rows: Iterable[Row[Any]]) -> None:
        self._transaction = transaction
        self._before = {(row.team, row.by): _window_of(row) for row in rows}
        self._now = dict(self._before)

    @classmethod
    def of(cls, transaction: Transaction, people: set[Person]) -> "_Windows":
        """Those of these people."""
        return cls(transaction, transaction.connection.execute(_THESE, {"people": [*people]}))

    def recorded(self, one: TimedRefusal) -> bool:
        """Whether this refusal is recorded by itself; otherwise it is counted from now on."""
        refusal, person = one.refusal, _person(one.refusal.actor)
        window = self._went_on(person, one.at) or RefusalWindow(actor=refusal.actor, since=one.at)
        room = window.recorded < (OF_OUTSIDERS if refusal.outsider else OF_INSIDERS)
        self._now[person] = window.recording() if room else window.counting(one.at, refusal.why)
        return room

    def go_on(self, at: datetime, *, everything: bool) -> None:
        """Record the counts of the hours that are over at `at`, or of all."""
        for person in self._before:
            window = self._went_on(person, at)
            if everything and window is not None and window.count is not None:
                self._record(window.count, at)
                self._now[person] = window.emptied()

    def write(self) -> None:
        """What is not as it was takes the place of what was: a statement each."""
        connection, before, now = self._transaction.connection, self._before, self._now
        gone = [_key(person) for person, was in before.items() if now.get(person) != was]
        new = [_row(window) for person, window in now.items() if before.get(person) != window]
        if gone:
            connection.execute(_FORGET, gone)
        if new:
            connection.execute(_ADD, new)

    def _went_on(self, person: Person, at: datetime) -> RefusalWindow | None:
        """Somebody's hour at that moment, with the count of one that is over recorded."""
        window = self._now.pop(person, None)
        if window is None:
            return None
        later: RefusalWindow | None = window.after(at)
        if later is not window and window.count is not None:
            self._record(window.count, at)
        if later is not None:
            self._now[person] = later
        return later

    def _record(self, count: RefusalCount, at: datetime) -> None:
        self._transaction.audit.append(
            Event.REFUSED,
            at=at,
            actor=count.actor,
            act=None,
            state=State.REFUSED,
            detail=count.detail,
            times=count.times,
        )


class RefusalStoreMixin(StoreBase):
    """The side of the store that refusals are written down in."""

    def _open_refusals(self) -> None:
        refusals = RefusalRecorder()
        self._refuse = WriteOperation(refusals.refuse, NotAccepted, counting=True)
        self._record_refusals = WriteOperation(refusals.record, StoreError, counting=True)

    async def refuse(self, refusal: Refusal) -> None:
        """Record or count an attempt that was not permitted; see `bot.ports.Store`."""
        await self._write_for_asker(self._refuse, TimedRefusal(refusal, self._clock.now()))

    async def record_refusals(self, *, everything: bool = False) -> None:
        """Record what was counted; see `bot.ports.Store`."""
        now = self._clock.now()
        due = REFUSAL_COUNT.c.times > 0 if everything else _is_over(now)
        async with self._reading() as connection:
            found = await connection.scalar(select(REFUSAL_COUNT.c.by).where(due).limit(1))
        if found is not None:
            await self._write_in_background(self._record_refusals, CountRecording(now, everything))


def _is_over(now: datetime) -> ColumnElement[bool]:
    """The rows whose hour `RefusalWindow.after` ends."""
    since = REFUSAL_COUNT.c.since
    return or_(since <= now - HOUR, since > now + HOUR)


def _person(actor: Actor) -> Person:
    return actor.team, actor.user


def _key(person: Person) -> dict[str, str]:
    """The parameters of `_ONE`."""
    return {"its_team": person[0], "its_by": person[1]}


def _window_of(row: Row[Any]) -> RefusalWindow:
    actor, count = Actor(user=row.by, team=row.team), None
    if row.times:
        count = RefusalCount(
            actor=actor,
            times=row.times,
            first_at=row.first_at,
            last_at=row.last_at,
            why=row.why or "",
        )
    return RefusalWindow(actor=actor, since=row.since, recorded=row.recorded, count=count)


def _row(window: RefusalWindow) -> dict[str, Any]:
    count = window.count
    return {
        "team": window.actor.team,
        "by": window.actor.user,
        "since": window.since,
        "recorded": window.recorded,
        "times": count.times if count else 0,
        "first_at": count.first_at if count else None,
        "last_at": count.last_at if count else None,
        "why": count.why if count else None,
    }
