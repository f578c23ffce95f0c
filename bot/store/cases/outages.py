"""Channels that cannot be posted to now: their lines are kept, and one of them is tried each hour.

A row of `channel_outage` stands from the first refusal until a message arrives. Meanwhile nothing
meant for that channel is taken up but one line an hour, by whichever process asks first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import (
    ColumnElement,
    String,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.cases import Notice, NoticeKind
from bot.calls.outages import ChannelOutage
from bot.store.leases import UNLEASED, LeaseRequest
from bot.store.tables.cases import CASE, IS_DUE, OUTAGE, OUTBOX
from bot.store.writing.connection import Transaction

log = structlog.get_logger(__name__)

RETRY = timedelta(hours=1)
"""How long a channel that refused is left alone."""

KEPT = timedelta(days=30)
"""How long a line is kept for a channel that cannot be posted to."""

_LINES = OUTBOX.c.kind == NoticeKind.LINE
_IN_OUTAGE = select(OUTAGE.c.channel)
_BEGIN = text(
    "INSERT INTO channel_outage (channel, error, began_at, retry_at)"
    " VALUES (:channel, :error, :at, :retry_at) ON CONFLICT (channel) DO NOTHING RETURNING channel"
).bindparams(
    bindparam("at", type_=OUTAGE.c.began_at.type),
    bindparam("retry_at", type_=OUTAGE.c.retry_at.type),
)
_CONTINUE = (
    update(OUTAGE)
    .where(OUTAGE.c.channel == bindparam("where"))
    .values(error=bindparam("said"), retry_at=bindparam("until"))
)
_END = (
    delete(OUTAGE)
    .where(OUTAGE.c.channel.in_(bindparam("channels", expanding=True)))
    .returning(OUTAGE.c.channel)
)
_KEEP = (
    update(OUTBOX)
    .where(OUTBOX.c.key == bindparam("notice"), OUTBOX.c.token == bindparam("fence"))
    .values(UNLEASED | {"attempt": OUTBOX.c.attempt - 1})
)
"""Slack said no, so nothing stands there that the next try would have to look for."""

_GIVE_UP = delete(OUTBOX).where(
    IS_DUE, _LINES, OUTBOX.c.place == bindparam("where"), OUTBOX.c.due_at <= bindparam("long_ago")
)
_IS_TO_BE_TRIED = or_(
    OUTAGE.c.retry_at <= bindparam("now"), OUTAGE.c.retry_at > bindparam("too_far")
)
_TO_BE_TRIED = (
    select(OUTAGE.c.channel)
    .where(_IS_TO_BE_TRIED)
    .order_by(OUTAGE.c.retry_at)
    .limit(bindparam("most"))
)
_TAKE_TRY = (
    update(OUTAGE)
    .where(_IS_TO_BE_TRIED, OUTAGE.c.channel.in_(_TO_BE_TRIED))
    .values(retry_at=bindparam("until"))
    .returning(OUTAGE.c.channel)
)
"""A moment further ahead than it can have been set comes from a clock that was set back since."""

_IN_ORDER = (
    update(OUTBOX)
    .where(IS_DUE, _LINES, OUTBOX.c.place == bindparam("where"), OUTBOX.c.posted.is_(None))
    .where(OUTBOX.c.owner.is_(None), OUTBOX.c.due_at <= bindparam("now"))
    .values(
        due_at=select(
            case(
                (CASE.c.asked_at < bindparam("now"), CASE.c.asked_at),
                else_=bindparam("now", type_=CASE.c.asked_at.type),
            )
        )
        .where(CASE.c.number == OUTBOX.c.case_number)
        .scalar_subquery()
    )
)
"""What was kept is posted as it was asked, whichever case ended first."""

_MOVE = (
    update(OUTBOX)
    .where(IS_DUE, _LINES, OUTBOX.c.place.in_(_IN_OUTAGE), OUTBOX.c.place != bindparam("to"))
    .values(UNLEASED | {"place": bindparam("to", type_=String), "posted": None, "attempt": 0})
)
_END_OTHERS = delete(OUTAGE).where(OUTAGE.c.channel != bindparam("to"))
_TRY_NOW = update(OUTAGE).values(retry_at=bindparam("now"))

_ALL = select(
    OUTAGE,
    select(func.count())
    .select_from(OUTBOX)
    .where(IS_DUE, _LINES, OUTBOX.c.place == OUTAGE.c.channel)
    .scalar_subquery()
    .label("kept"),
).order_by(OUTAGE.c.began_at)

COUNT = select(func.count()).select_from(OUTAGE)


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that Slack refused to post in its channel, with the code `error`."""

    notice: Notice
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Restart:
    """The start of a process whose lines go to `channel`; None for none."""

    channel: str | None


def keep(transaction: Transaction, lines: Sequence[RefusedLine]) -> Sequence[bool]:
    """Keep each line for later; True for each with which the outage of its channel begins."""
    return [_keep(transaction, line) for line in lines]


def _keep(transaction: Transaction, line: RefusedLine) -> bool:
    connection, channel = transaction.connection, line.notice.place
    lease = {"notice": line.notice.key, "fence": line.notice.token}
    if not connection.execute(_KEEP, lease).rowcount:
        return False  # somebody else has it meanwhile, and may have brought it there
    gone = connection.execute(_GIVE_UP, {"where": channel, "long_ago": line.at - KEPT}).rowcount
    if gone:
        log.error("lines given up", channel=channel, lines=gone, days=KEPT.days)
    retry_at = transaction.now + RETRY
    row = {"channel": channel, "error": line.error, "at": line.at, "retry_at": retry_at}
    if connection.execute(_BEGIN, row).first() is not None:
        return True
    connection.execute(_CONTINUE, {"where": channel, "said": line.error, "until": retry_at})
    return False


def arrived(transaction: Transaction, notices: Sequence[Notice]) -> None:
    """End the outage of the channel of each line that arrived, if there was one."""
    channels = {notice.place for notice in notices if notice.kind is NoticeKind.LINE}
    if channels:
        for channel in transaction.connection.execute(_END, {"channels": list(channels)}).scalars():
            log.info("channel recovered", channel=channel)


def reopen(transaction: Transaction, restarts: Sequence[Restart]) -> Sequence[None]:
    """Move the lines kept for another channel to the one of now, and try every channel at once.

    Done at each start, since whoever restarts the bot may have mended what was wrong.
    """
    for restart in restarts:
        if restart.channel is not None:
            transaction.connection.execute(_MOVE, {"to": restart.channel})
            transaction.connection.execute(_END_OTHERS, {"to": restart.channel})
    return try_now(transaction, [None] * len(restarts))


def try_now(transaction: Transaction, asked: Sequence[None]) -> Sequence[None]:
    """Have every channel in outage tried at once, without waiting for its hour."""
    transaction.connection.execute(_TRY_NOW, {"now": transaction.now})
    return asked


def lease_retries(transaction: Transaction, request: LeaseRequest) -> Sequence[str]:
    """Lease the channels that are to be tried again now, for as long as `request` says.

    No more channels than rows are asked for: each is tried with one line.
    """
    connection, now = transaction.connection, transaction.now
    moments = {"now": now, "too_far": now + RETRY, "until": now + request.lease}
    channels = connection.execute(_TAKE_TRY, moments | {"most": request.limit}).scalars().all()
    for channel in channels:
        connection.execute(_IN_ORDER, {"where": channel, "now": now})
    return channels


def not_in_outage() -> ColumnElement[bool]:
    """The condition that a notice is not for a channel in outage."""
    return OUTBOX.c.place.not_in(_IN_OUTAGE)


async def outages(connection: AsyncConnection) -> Sequence[ChannelOutage]:
    """Every channel that cannot be posted to now, the longest first."""
    return [ChannelOutage(**row) for row in (await connection.execute(_ALL)).mappings()]
