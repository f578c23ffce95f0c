"""Contention: of two open cases that change the same thing, the newer one waits for the older.

A case's locks stand in a table of their own from when it is asked until it is finished. Numbers are
given out in the order in which orders are recorded, and an older case only ever gets out of the
way, so one look is enough, and nothing is held for it: also across processes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    true,
    update,
)

from bot.calls.cases import Case
from bot.calls.contention import Lock, locks
from bot.calls.outcomes import State
from bot.store.leases import NOW
from bot.store.tables.cases import CASE, CASE_LOCK, IS_OPEN

OVERTAKEN = ":"
"""Parts an `open_key` that no equal order joins any more from the number behind it."""

HASH = 64
"""Letters of a key that is not overtaken: SHA-256 in hex."""

_ADD = insert(CASE_LOCK)
_FREE = delete(CASE_LOCK).where(CASE_LOCK.c.case_number.in_(bindparam("numbers", expanding=True)))
_CONTENDING = select(CASE_LOCK.c.case_number).where(
    or_(
        CASE_LOCK.c.resource.in_(bindparam("exclusive", expanding=True)),
        and_(
            CASE_LOCK.c.resource.in_(bindparam("shared", expanding=True)),
            CASE_LOCK.c.exclusive == true(),
        ),
    )
)
_OVERTAKE = (
    update(CASE)
    .where(IS_OPEN)
    .where(CASE.c.number.in_(_CONTENDING), CASE.c.open_key.not_like(f"%{OVERTAKEN}%"))
    .values(open_key=CASE.c.open_key + OVERTAKEN + cast(CASE.c.number, String))
)


def older_contends() -> ColumnElement[bool]:
    """The condition that a case has to wait for an older one that is not finished `NOW`.

    One that is `unreadable` for this release is waited for only while another release works on it.
    """
    mine, theirs, older = CASE_LOCK.alias("mine"), CASE_LOCK.alias("theirs"), CASE.alias("older")
    return exists(
        select(older.c.number)
        .join_from(mine, theirs, theirs.c.resource == mine.c.resource)
        .join(older, older.c.number == theirs.c.case_number)
        .where(
            mine.c.case_number == CASE.c.number,
            theirs.c.case_number < mine.c.case_number,
            theirs.c.exclusive.in_([true(), not_(mine.c.exclusive)]),  # both, where mine is
            older.c.state == State.ASKED.value,
            or_(
                older.c.number.not_in(bindparam("unreadable", expanding=True)),
                older.c.lease_until > NOW,
            ),
        )
    )


def _overtaken(open_key: str, number: int) -> str:
    """The key of a case that no equal order joins any more, as case `number` came after it."""
    return f"{open_key}{OVERTAKEN}{number}"


def plain_key(open_key: ColumnElement[str]) -> ColumnElement[str]:
    """A case's key without what overtaking added to it: the hash of what is asked."""
    return func.substr(open_key, 1, HASH)


class JoinableCases:
    """The open cases of one transaction that an equal order joins, by their key."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}
        self._holders: dict[Lock, set[str]] = defaultdict(set)

    def get(self, open_key: str) -> Case | None:
        """The case that an order of this key joins; None when it makes a new one."""
        return self._cases.get(open_key)

    def add(self, open_key: str, case: Case) -> None:
        """Let equal orders join `case` from now on."""
        self._cases[open_key] = case
        for lock in locks(case.act):
            self._holders[lock].add(open_key)

    def overtake(self, newer: Case) -> dict[int, str]:
        """Have no order join the cases that contend with a new one; their new keys, by number.

        After a stop, a start is another order than the start before it.
        """
        conflicting = {rival for lock in locks(newer.act) for rival in lock.conflicting}
        keys = {key for rival in conflicting for key in self._holders[rival] if key in self._cases}
        numbers = {self._cases.pop(key).number: key for key in keys}
        return {number: _overtaken(key, number) for number, key in numbers.items()}


def take_locks(connection: Connection, cases: Iterable[Case]) -> None:
    """Write the locks of new cases; open cases that contend with them are overtaken.

    Before the cases are written: an equal one may take the key of one that is overtaken.
    """
    wanted = [(case.number, lock) for case in cases for lock in locks(case.act)]
    exclusive = {lock.resource for _, lock in wanted if lock.exclusive}
    shared = {lock.resource for _, lock in wanted} - exclusive
    connection.execute(_OVERTAKE, {"exclusive": sorted(exclusive), "shared": sorted(shared)})
    connection.execute(_ADD, [_row(number, lock) for number, lock in wanted])


def free_locks(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete the locks of finished cases."""
    connection.execute(_FREE, {"numbers": numbers})


def _row(number: int, lock: Lock) -> dict[str, Any]:
    return {"case_number": number, "resource": lock.resource, "exclusive": lock.exclusive}
