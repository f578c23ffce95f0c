"""Appending to the audit chain inside one transaction: read its end, link entries, write them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.audit_filter import EVERYONE, SPARED
from bot.calls.cases import AuditEntry, Case, Event
from bot.calls.outcomes import Result, State
from bot.store.audit.chain import Head, link
from bot.store.audit.columns import found_by
from bot.store.tables.audit import AUDIT
from bot.store.tables.cases import CASE
from bot.store.tables.state import RESTORATION

MANY = 10
"""People for whom the same is so who are named one by one in the account of a case."""

_COUNTS = select(
    select(func.max(CASE.c.number)).scalar_subquery(),
    select(func.max(RESTORATION.c.last_case)).scalar_subquery(),
    select(func.max(AUDIT.c.id)).scalar_subquery(),
    select(AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1).scalar_subquery(),
)
_ADD = insert(AUDIT)


class AuditAppender:
    """Appends entries to the chain, and gives out case numbers and entry ids in order.

    Only a transaction that holds the writer's lock may have one. Ids have no gaps. Numbers have one
    where a backup was restored: see `bot.store.restore`.
    """

    def __init__(self, last_case: int, head: Head) -> None:
        self._last_case = last_case
        self._head = head
        self._rows: list[dict[str, Any]] = []

    @classmethod
    def open(cls, connection: Connection) -> "AuditAppender":
        """An appender that goes on where the database stands: one statement."""
        number, left_out, entry_id, found = connection.execute(_COUNTS).one()
        return cls(
            max(number or 0, left_out or 0), Head() if entry_id is None else Head(entry_id, found)
        )

    @property
    def head(self) -> Head:
        """The last entry, including those that were appended."""
        return self._head

    def skip_numbers(self, number: int) -> None:
        """Give out no case number up to `number`: messages in Slack may have them."""
        self._last_case = max(self._last_case, number)

    def next_case(self) -> int:
        """The next case number; no case has had it."""
        self._last_case += 1
        return self._last_case

    def append(
        self,
        event: Event,
        *,
        at: datetime,
        actor: Actor | None,
        act: Act | None,
        **fields: Any,
    ) -> None:
        """Add one entry to the chain; `fields` are the further ones of `AuditEntry`.

        It is written by `flush`.
        """
        entry = AuditEntry(
            id=self._head.id + 1, at=at, event=event, actor=actor, **_about(act), **fields
        )
        body = entry.model_dump_json(exclude_none=True).encode()
        self._head = Head(entry.id, link(self._head.hash, body))
        self._rows.append(
            {"id": entry.id, "body": body, "hash": self._head.hash, **found_by(entry)}
        )

    def flush(self, connection: Connection) -> None:
        """Write the appended entries: one statement."""
        if self._rows:
            connection.execute(_ADD, self._rows)


def results_in_words(results: tuple[Result, ...]) -> str:
    """The results in words for the audit log, one line for each person or for the call.

    People for whom the same is so are only counted when they are more than MANY: `reached_people`
    has their names.
    """
    alike: dict[str, list[Result]] = {}
    for result in results:
        alike.setdefault(_said(result), []).append(result)
    lines = []
    for said, same in alike.items():
        if len(same) > MANY and same[0].state.settled:
            lines.append(f"{len(same)} people: {said}")
        else:
            lines += [f"{_whose(result)}{said}" for result in same]
    return "\n".join(lines)


def reached_people(case: Case, results: tuple[Result, ...]) -> tuple[str, ...]:
    """The people whom an act on everyone has a result for, as `name (id)`; empty for other acts."""
    if not case.act.everyone:
        return ()
    return tuple(
        _shown(result.name, result.person) for result in results if result.person is not None
    )


def options_in_words(act: Act) -> str:
    """The options of the verb as `name=value`; empty when it has none."""
    return " ".join(f"{k}={v}" for k, v in act.verb.model_dump(mode="json").items())


def _about(act: Act | None) -> dict[str, Any]:
    if act is None:
        return {}
    people = tuple(_named(person) for person in act.people)
    if act.everyone:
        people = (EVERYONE, *(f"{SPARED}{_named(person)}" for person in act.spared))
    return {
        "verb": act.verb.name,
        "vendor": act.call.vendor,
        "call": act.call.id,
        "title": act.title,
        "people": people,
    }


def _named(person: Person) -> str:
    return _shown(person.name, person.id)


def _shown(name: str | None, person: str) -> str:
    return f"{name} ({person})" if name else person


def _whose(result: Result) -> str:
    if result.count:
        return f"{result.count} more: "
    return f"{result.name or result.person}: " if result.person else ""


def _said(result: Result) -> str:
    tries = "" if result.attempts == 1 else f", {result.attempts} attempts"
    request = f", request {result.request_id}" if result.request_id else ""
    state = State(result.state).label
    return f"{state}{tries}{request}. {result.evidence}"
