"""Orders as tests need them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Notice, NoticeKind, Order
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Mute, Verb
from bot.ports import Store

MINUTE = timedelta(minutes=1)
OVER = timedelta(0)
"""A lease that has run out when it begins, on anybody's clock."""

MARY = Actor(user="U-MARY", team="T1")
JOHN = Actor(user="U-JOHN", team="T1")
DONE = Result(person="alice", name="Alice", state=State.CONFIRMED, evidence="Alice is muted.")


def order(
    key: str = "k1",
    *,
    person: str = "alice",
    actor: Actor = MARY,
    reason: str = "noise",
    reply_url: str | None = None,
    verb: Verb | None = None,
    call: CallRef | None = None,
    **more: Any,
) -> Order:
    """Mute somebody in the lobby."""
    act = Act(
        verb=verb or Mute(),
        call=call or CallRef(vendor=Vendor.STREAM, id="default:lobby", session="s1"),
        title="Lobby",
        people=(Person(id=person, name=person.title()),),
    )
    return Order(
        key=key, act=act, actor=actor, reason=reason, channel="C1", reply_url=reply_url, **more
    )


async def due_notices(
    store: Store, *, owner: str, limit: int, lease: timedelta
) -> Sequence[Notice]:
    """Notices of both kinds that are to be sent now, lines before answers."""
    found: list[Notice] = []
    for kind in (NoticeKind.LINE, NoticeKind.ANSWER):
        found += await store.due_notices(
            owner=owner, limit=limit - len(found), lease=lease, kind=kind
        )
    return found
