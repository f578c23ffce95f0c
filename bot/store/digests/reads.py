"""Reading what digests tell: acts by moderation, cases that wait, and the subscriptions."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.cases import Case
from bot.calls.outcomes import State
from bot.calls.verbs import Aim
from bot.digests.digest import Acts, Waiting
from bot.digests.subscription import Subscription
from bot.errors import OtherRelease
from bot.store.audit.entries import read
from bot.store.cases.contention import plain_key
from bot.store.cases.rows import case_of
from bot.store.digests.subscriptions import subscription_of
from bot.store.tables.audit import AUDIT
from bot.store.tables.cases import CASE, IS_DOUBTFUL, IS_OPEN
from bot.store.tables.digests import IS_RUNNING, SUBSCRIPTION
from bot.store.unreadable_rows import UnreadableRows
from bot.usage.days import Stretch

OPEN_FOR = timedelta(minutes=1)
"""A case that is open for longer waits for a person."""

DOUBTED_FOR = timedelta(days=7)
"""For how long somebody may still want to find out what happened."""

NAMED = 3
"""People of an act who are named one by one."""


async def subscriptions(
    connection: AsyncConnection, channel: str | None, unreadable: UnreadableRows
) -> Sequence[Subscription]:
    """See `bot.ports.DigestStore.subscriptions`."""
    wanted = select(SUBSCRIPTION).where(IS_RUNNING).order_by(SUBSCRIPTION.c.id)
    if channel is not None:
        wanted = wanted.where(SUBSCRIPTION.c.channel == channel)
    found = []
    for row in await connection.execute(wanted):
        try:
            found.append(subscription_of(row))
        except OtherRelease as error:
            unreadable.add(SUBSCRIPTION, row, error)
    return found


async def acts(connection: AsyncConnection, stretch: Stretch) -> Acts:
    """See `bot.ports.DigestStore.acts`."""
    by_verb: dict[str, dict[State, int]] = defaultdict(dict)
    by_moderator: Counter[str] = Counter()
    for verb, actor, state, count in await connection.execute(_asked(stretch)):
        counts = by_verb[verb]
        counts[State(state)] = counts.get(State(state), 0) + count
        by_moderator[actor] += count
    refused = await connection.scalar(_refused(stretch)) or 0
    for entry_id, body in await connection.execute(_counted(stretch)):
        refused += (read(entry_id, body).times or 1) - 1
    return Acts(by_verb=by_verb, refused=refused, by_moderator=by_moderator)


async def waiting(connection: AsyncConnection, limit: int, now: datetime) -> Sequence[Waiting]:
    """See `bot.ports.DigestStore.waiting`."""
    stuck = select(CASE).where(IS_OPEN).where(CASE.c.asked_at <= now - OPEN_FOR)
    later = CASE.alias("later")
    again = select(later.c.number).where(
        later.c.vendor == CASE.c.vendor,
        later.c.call_id == CASE.c.call_id,
        later.c.number > CASE.c.number,
        plain_key(later.c.open_key) == plain_key(CASE.c.open_key),
    )
    doubted = (
        select(CASE).where(IS_DOUBTFUL).where(CASE.c.asked_at > now - DOUBTED_FOR, ~again.exists())
    )
    rows: list[Row[Any]] = []
    for wanted in (stuck, doubted):
        rows += await connection.execute(wanted.order_by(CASE.c.asked_at).limit(limit))
    rows.sort(key=lambda row: (row.asked_at, row.number))
    return [_waiting(row) for row in rows[:limit]]


def _asked(stretch: Stretch) -> Select[str, str, str, int]:
    """The statement for cases asked in the stretch: verb, who asked first, state of now, count.

    The first entry of a case is its request; those that joined it come later.
    """
    first = (
        select(func.min(AUDIT.c.id))
        .where(_inside(stretch), AUDIT.c.state == State.ASKED)
        .group_by(AUDIT.c.case_number)
    )
    return (
        select(AUDIT.c.verb, AUDIT.c.actor, CASE.c.state, func.count())
        .join_from(AUDIT, CASE, CASE.c.number == AUDIT.c.case_number)
        .where(AUDIT.c.id.in_(first), CASE.c.asked_at >= stretch.start)
        .group_by(AUDIT.c.verb, AUDIT.c.actor, CASE.c.state)
    )


def _refused(stretch: Stretch) -> Select[int]:
    """The statement for the number of attempts that were not permitted.

    Those are refusals that are not the outcome of their case.
    """
    outcome = and_(CASE.c.state == State.REFUSED, CASE.c.finished_at == AUDIT.c.at)
    return (
        select(func.count())
        .select_from(AUDIT)
        .outerjoin(CASE, and_(CASE.c.number == AUDIT.c.case_number, outcome))
        .where(_inside(stretch), AUDIT.c.state == State.REFUSED, CASE.c.number.is_(None))
    )


def _counted(stretch: Stretch) -> Select[int, bytes]:
    """The statement for refusals of no act, some of which stand for many.

    See `bot.calls.refusals`.
    """
    return select(AUDIT.c.id, AUDIT.c.body).where(
        _inside(stretch),
        AUDIT.c.state == State.REFUSED,
        AUDIT.c.verb.is_(None),
        AUDIT.c.case_number.is_(None),
    )


def _inside(stretch: Stretch) -> ColumnElement[bool]:
    return and_(AUDIT.c.at >= stretch.start, AUDIT.c.at < stretch.end)


def _waiting(row: Row[Any]) -> Waiting:
    try:
        words = _words(case_of(row))
    except OtherRelease:
        words = "Made by another release of Callwarden"
    return Waiting(kind=row.state, case=row.number, words=words, since=row.asked_at)


def _words(case: Case) -> str:
    act = case.act
    title = act.title or "Untitled call"
    if act.verb.aim is Aim.CALL:
        return f"{act.verb.label}: {title}"
    people = [person.shown for person in act.people]
    more = f" and {len(people) - NAMED} more" if len(people) > NAMED else ""
    who = "everyone" if act.everyone else ", ".join(people[:NAMED]) + more
    return f"{act.verb.label} {who}: {title}"
