"""Rows read back into the words of the domain."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.calls.actors import Reader
from bot.calls.acts import Act
from bot.calls.cases import AuditEntry, Case, Manner, Notice, NoticeKind, Order
from bot.calls.outcomes import Result, State
from bot.calls.search import aimed_at

_RESULTS = TypeAdapter(tuple[Result, ...])


def request_json(order: Order) -> str:
    """The order as kept in a case: without the address for the private answer."""
    return order.model_dump_json(exclude={"reply_url"})


def with_act(request: str, act: Act) -> str:
    """The order as it is kept, with its act as it was done."""
    order = Order.model_validate_json(request)
    return request if order.act == act else request_json(order.model_copy(update={"act": act}))


def results_json(results: tuple[Result, ...]) -> str:
    """The results as kept in a case."""
    return _RESULTS.dump_json(results).decode()


def found_by(entry: AuditEntry) -> dict[str, Any]:
    """The columns an audit entry is found by; they are not hashed, and never shown."""
    return {
        "case_number": entry.case,
        "at": entry.at,
        "actor": entry.actor.user if entry.actor else None,
        "verb": entry.verb,
        "vendor": entry.vendor,
        "state": entry.state,
        "people": aimed_at(entry.people, entry.reached) or None,
    }


def case_of(row: Row[Any]) -> Case:
    """The case in a row that holds the columns of `moderation_case`."""
    order = Order.model_validate_json(row.request)
    return Case(
        number=row.number,
        act=order.act,
        actor=order.actor,
        reason=order.reason,
        state=State(row.state),
        attempt=row.attempt,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        results=_RESULTS.validate_json(row.results) if row.results else (),
        channel=order.channel,
        reply_url=row.reply_url,
        trace=order.trace,
    )


def notice_of(row: Row[Any]) -> Notice:
    """The notice in a row that holds the columns of `outbox`."""
    return Notice(
        key=row.key,
        kind=NoticeKind(row.kind),
        case=row.case_number,
        version=row.version,
        place=row.place,
        posted=row.posted,
        attempt=row.attempt,
        token=row.token,
        manner=Manner(row.manner or Manner.NEW),
        joined=bool(row.joined),
        reader=Reader.model_validate_json(row.reader) if row.reader else None,
    )
