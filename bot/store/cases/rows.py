"""Cases and notices as rows, and read back from them."""

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
    """The order as JSON for its case, without the response_url.

    Fields that have their default are left out, so that an older release, which may not know them,
    can read every row that does not use them.
    """
    return order.model_dump_json(exclude={"reply_url"}, exclude_defaults=True)


def with_act(request: str, act: Act) -> str:
    """The order in `request` with another act; fields that this release does not know stay."""
    if read_json(Order, request).act == act:
        return request
    kept = json.loads(request)
    unknown = {name: kept["act"][name] for name in kept["act"].keys() - Act.model_fields.keys()}
    kept["act"] = unknown | json.loads(act.model_dump_json(exclude_defaults=True))
    return json.dumps(kept)


def results_json(results: tuple[Result, ...]) -> str:
    """The results as JSON for their case, without fields that have their default."""
    return _RESULTS.dump_json(results, exclude_defaults=True).decode()


def case_of(row: Row[Any]) -> Case:
    """The case in a row of `moderation_case`.

    Raises OtherRelease when this release cannot read it.
    """
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
    """How far a case is; None where another release wrote it in its own way."""
    try:
        return None if text is None else read_json(Progress, text)
    except ValueError:
        return None


def notice_of(row: Row[Any]) -> Notice:
    """The notice in a row of `outbox`.

    Raises OtherRelease when this release cannot read it.
    """
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
