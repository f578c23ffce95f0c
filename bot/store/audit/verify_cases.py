"""Comparing cases with their audit entries.

Cases are what is worked on and shown, entries are what is hashed: somebody who changes the database
can change a case without touching the chain.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Row, Select, func, select

from bot.calls.audit_filter import EVERYONE
from bot.calls.cases import AuditEntry, Event
from bot.calls.outcomes import State
from bot.store.audit.columns import as_kept, moment
from bot.store.audit.entries import read
from bot.store.tables.audit import AUDIT
from bot.store.tables.cases import CASE


def cases_after(number: int, limit: int) -> Select[Any]:
    """The statement for up to `limit` cases after `number`, each with all its entries, in order.

    It is one statement, so that a case and its entries are of the same moment.
    """
    numbers = select(CASE.c.number).where(CASE.c.number > number)
    chosen = numbers.order_by(CASE.c.number).limit(limit).subquery()
    columns = as_kept(
        CASE.c.number,
        CASE.c.vendor,
        CASE.c.call_id,
        CASE.c.request,
        CASE.c.state,
        CASE.c.results,
        CASE.c.asked_at,
        CASE.c.finished_at,
        AUDIT.c.id,
        AUDIT.c.body,
    )
    joined = CASE.join(chosen, chosen.c.number == CASE.c.number).outerjoin(
        AUDIT, AUDIT.c.case_number == CASE.c.number
    )
    return select(*columns).select_from(joined).order_by(CASE.c.number, AUDIT.c.id)


def entries_without_case(limit: int) -> Select[Any]:
    """The statement for the numbers of missing cases that entries tell of, with the first entry."""
    there = select(CASE.c.number).where(CASE.c.number == AUDIT.c.case_number).exists()
    return (
        select(AUDIT.c.case_number, func.min(AUDIT.c.id).label("first"))
        .where(AUDIT.c.case_number.is_not(None), ~there)
        .group_by(AUDIT.c.case_number)
        .order_by(AUDIT.c.case_number)
        .limit(limit)
    )


def faults_of(rows: Sequence[Row[Any]]) -> Iterator[str]:
    """A sentence for each case that is not as its entries say; `rows` are of `cases_after`."""
    for _, of_one in groupby(rows, key=lambda row: row.number):
        case, *more = of_one
        entries = [read(row.id, row.body) for row in (case, *more) if row.id is not None]
        if fault := _fault(case, entries):
            yield fault


def _fault(case: Row[Any], entries: Sequence[AuditEntry]) -> str | None:
    asked = _first(entries, Event.REQUESTED)
    if asked is None:
        if any(entry.event in {Event.DAMAGED, Event.NEWER} for entry in entries):
            return None  # that is told of the entry
        return f"No audit entry tells of case #{case.number}: it was added, or entries are gone."
    request = _object(case.request)
    if request is None:
        return f"Case #{case.number} cannot be read."
    ended = _first(reversed(entries), Event.OUTCOME)
    wrong = [*_asked_otherwise(case, request, asked), *_ended_otherwise(case, request, ended)]
    if not wrong:
        return None
    said = f"Case #{case.number} is not what audit entry {asked.id} and later ones say"
    return f"{said}: {', '.join(wrong)}."


def _first(entries: Iterable[AuditEntry], event: Event) -> AuditEntry | None:
    return next((entry for entry in entries if entry.event is event), None)


def _asked_otherwise(
    case: Row[Any], request: Mapping[str, Any], asked: AuditEntry
) -> Iterator[str]:
    """What the case and its first entry say differently of the order."""
    act = _part(request, "act")
    actor = asked.actor.model_dump() if asked.actor else None
    said = {
        "moderator": request.get("actor") == actor,
        "reason": request.get("reason", "") == asked.reason,
        "action": _part(act, "verb").get("name") == asked.verb,
        "vendor": case.vendor == _part(act, "call").get("vendor") == asked.vendor,
        "call": case.call_id == _part(act, "call").get("id") == asked.call,
        "people": _same_people(act, asked.people),
        "time": moment(case.asked_at) == asked.at,
    }
    yield from (name for name, same in said.items() if not same)


def _ended_otherwise(
    case: Row[Any], request: Mapping[str, Any], ended: AuditEntry | None
) -> Iterator[str]:
    """What the case and its last entry say differently of its end."""
    if ended is None:
        if case.state != State.ASKED or case.finished_at is not None:
            yield "result"
        return
    if case.state != ended.state or not _same_results(case.results, ended.detail):
        yield "result"
    if moment(case.finished_at) != ended.at:
        yield "time of the result"
    if not _same_people(_part(request, "act"), ended.people):
        yield "people of the result"


def _same_people(act: Mapping[str, Any], named: Sequence[str]) -> bool:
    """Whether an act is aimed at those whom an entry names, as `name (id)` or by the id alone."""
    if act.get("everyone"):
        return named[:1] == (EVERYONE,)
    ids = [str(_object_of(person).get("id")) for person in act.get("people") or ()]
    return len(ids) == len(named) and all(
        line == person or line.endswith(f"({person})")
        for person, line in zip(ids, named, strict=True)
    )


def _same_results(kept: Any, text: str) -> bool:
    """Whether the evidence of every result stands in the text of the entry."""
    results = _json(kept)
    if not isinstance(results, list):
        return False
    return all(str(_object_of(result).get("evidence")) in text for result in results)


def _json(kept: Any) -> Any:
    try:
        return from_json(kept)
    except (ValueError, TypeError):
        return None


def _object(kept: Any) -> dict[str, Any] | None:
    found = _json(kept)
    return found if isinstance(found, dict) else None


def _object_of(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _object_of(whole.get(name))
