"""Refusals on record: each by itself, or counted by the hour; see `bot.calls.refusals`."""

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
    """A refusal, and when it was."""

    refusal: Refusal
    at: datetime

    @property
    def note(self) -> AuditNote:
        """Its audit entry, if it is recorded by itself."""
        return AuditNote.of_refusal(self.refusal, self.at)


class CountRecording(NamedTuple):
    """The request to record what was counted, of the hours that are over at `at`.

    With `everything` also of those that are not.
    """

    at: datetime
    everything: bool


class RefusalRecorder:
    """Records or counts refusals, in transactions that hold the writer's lock.

    By that lock the counts of several processes add up.
    """

    def refuse(self, transaction: Transaction, refused: Sequence[TimedRefusal]) -> Sequence[None]:
        """Record or count each refusal; one whose key is on record adds nothing.

        A counted one has no key on record: delivered again, it is counted again. Orders that can be
        put to those who may give them are kept in any case.
        """
        seen = recorded_keys(transaction, [timed.note.key for timed in refused])
        windows = _Windows.of(transaction, {_person(timed.refusal.actor) for timed in refused})
        recorded = []
        for timed in refused:
            if timed.note.key in seen:
                continue
            if windows.register(timed):
                seen.add(timed.note.key)
                recorded.append(timed.note)
        record_notes(transaction, recorded)
        if asks := [timed.refusal.ask for timed in refused if timed.refusal.ask is not None]:
            keep_refused(transaction, asks)
        windows.write()
        return [None] * len(refused)

    def record(self, transaction: Transaction, wanted: Sequence[CountRecording]) -> Sequence[None]:
        """Record each count as an entry, and forget the people whose last hour was quiet."""
        at = max(request.at for request in wanted)
        everything = any(request.everything for request in wanted)
        due = select(REFUSAL_COUNT)
        if not everything:
            due = due.where(_is_over(at))
        windows = _Windows(transaction, transaction.connection.execute(due))
        windows.record_counts(at, everything=everything)
        windows.write()
        return [None] * len(wanted)


class _Windows:
    """The refusal windows of some people: read once, changed in memory, written once."""

    def __init__(self, transaction: Transaction, rows: Iterable[Row[Any]]) -> None:
        self._transaction = transaction
        self._before = {(row.team, row.by): _window_of(row) for row in rows}
        self._now = dict(self._before)

    @classmethod
    def of(cls, transaction: Transaction, people: set[Person]) -> "_Windows":
        """The windows of these people, read from the database."""
        return cls(transaction, transaction.connection.execute(_THESE, {"people": [*people]}))

    def register(self, timed: TimedRefusal) -> bool:
        """Add a refusal to its window; False when it is only counted.

        True is one that is to be recorded by itself.
        """
        refusal, person = timed.refusal, _person(timed.refusal.actor)
        window = self._window_at(person, timed.at) or RefusalWindow(
            actor=refusal.actor, since=timed.at
        )
        room = window.recorded < (OF_OUTSIDERS if refusal.outsider else OF_INSIDERS)
        self._now[person] = window.recording() if room else window.counting(timed.at, refusal.why)
        return room

    def record_counts(self, at: datetime, *, everything: bool) -> None:
        """Record the counts of the hours that are over at `at`; of all hours with `everything`."""
        for person in self._before:
            window = self._window_at(person, at)
            if everything and window is not None and window.count is not None:
                self._record(window.count, at)
                self._now[person] = window.emptied()

    def write(self) -> None:
        """Replace the rows of the windows that changed: one DELETE and one INSERT."""
        connection, before, now = self._transaction.connection, self._before, self._now
        gone = [_key(person) for person, was in before.items() if now.get(person) != was]
        new = [_row(window) for person, window in now.items() if before.get(person) != window]
        if gone:
            connection.execute(_FORGET, gone)
        if new:
            connection.execute(_ADD, new)

    def _window_at(self, person: Person, at: datetime) -> RefusalWindow | None:
        """The window of a person at that moment; the count of one that is over is recorded."""
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
    """The methods of `bot.ports.Store` about refusals."""

    def _open_refusals(self) -> None:
        refusals = RefusalRecorder()
        self._refuse = WriteOperation(refusals.refuse, NotAccepted, counting=True)
        self._record_refusals = WriteOperation(refusals.record, StoreError, counting=True)

    async def refuse(self, refusal: Refusal) -> None:
        """Record an attempt that was not permitted, or count it. See `bot.ports.Store`."""
        await self._write_for_asker(self._refuse, TimedRefusal(refusal, self._clock.now()))

    async def record_refusals(self, *, everything: bool = False) -> None:
        """Record the refusals that were counted, an entry for each person and hour that is over.

        See `bot.ports.Store`.
        """
        now = self._clock.now()
        due = REFUSAL_COUNT.c.times > 0 if everything else _is_over(now)
        async with self._reading() as connection:
            found = await connection.scalar(select(REFUSAL_COUNT.c.by).where(due).limit(1))
        if found is not None:
            await self._write_in_background(self._record_refusals, CountRecording(now, everything))


def _is_over(now: datetime) -> ColumnElement[bool]:
    """The condition that the hour of a row is over, as `RefusalWindow.after` has it."""
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
