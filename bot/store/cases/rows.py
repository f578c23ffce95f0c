"""Rows read back into the words of the domain."""

import json
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.calls.actors import Reader
from bot.calls.acts import Act
from bot.calls.cases import Case, Manner, Notice, NoticeKind, Order
from bot.calls.outcomes import Progress, Result, State
from bot.store.stored_json import other_release_errors, read_json, read_many

_RESULTS = TypeAdapter(tuple[Result, ...])


def request_json(order: Order) -> str:
    """The order as kept in a case: without the address for the private answer.

    What is as it is where nothing is said is not written: an older release that does not know a
    field reads every row that does not need it.
    """
    return order.model_dump_json(exclude={"reply_url"}, exclude_defaults=True)


def with_act(request: str, act: Act) -> str:
    """The order as it is kept, with its act as it was done; what is not understood in it stays."""
    if read_json(Order, request).act == act:
        return request
    kept = json.loads(request)
    unknown = {name: kept["act"][name] for name in kept["act"].keys() - Act.model_fields.keys()}
    kept["act"] = unknown | json.loads(act.model_dump_json(exclude_defaults=True))
    return json.dumps(kept)


def results_json(results: tuple[Result, ...]) -> str:
    """The results as kept in a case, without what is not said."""
    return _RESULTS.dump_json(results, exclude_defaults=True).decode()


def case_of(row: Row[Any]) -> Case:
    """The case in a row that holds the columns of `moderation_case`. Raises OtherRelease."""
    with other_release_errors(f"Case #{row.number}"):
        order = read_json(Order, row.request)
        return Case(
            number=row.number,
            act=order.act,
            actor=order.actor,
            reason=order.reason,
            state=State(row.state),
            attempt=row.attempt,
            asked_at=row.asked_at,
            finished_at=row.finished_at,
            results=read_many(_RESULTS, row.results) if row.results else (),
            channel=order.channel,
            reply_url=row.reply_url,
            trace=order.trace,
            restored=row.restored_at is not None,
            progress=_progress(row.progress),
        )


def _progress(text: str | None) -> Progress | None:
    """How far a case is; what another release wrote differently is no reason not to go on."""
    try:
        return None if text is None else read_json(Progress, text)
    except ValueError:
        return None


def notice_of(row: Row[Any]) -> Notice:
    """The notice in a row that holds the columns of `outbox`. Raises OtherRelease."""
    with other_release_errors(f"A message about case #{row.case_number}"):
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
            reader=read_json(Reader, row.reader) if row.reader else None,
        )
