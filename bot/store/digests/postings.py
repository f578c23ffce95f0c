"""Which digests were posted: each sending day is claimed by one worker, and posted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select, text, update

from bot.digests.subscription import Posting, Subscription
from bot.store.leases import UNLEASED, is_unleased, leased_columns, new_lease
from bot.store.tables.digests import POSTING
from bot.store.tables.state import RESTORATION
from bot.store.writing.connection import Transaction

DUE, POSTED, FOLDED = "due", "posted", "folded"

_THIS = and_(
    POSTING.c.subscription == bindparam("number"), POSTING.c.day == bindparam("sending_day")
)
_SEEN = select(POSTING.c.state).where(_THIS)
_OFFER = """
INSERT INTO digest_posting (subscription, day, state, due_at, attempt)
VALUES (:subscription, :day, :state, :due_at, :attempt) ON CONFLICT DO NOTHING
"""
_OFFERED = text(_OFFER).bindparams(
    *(bindparam(name, type_=POSTING.c[name].type) for name in ("day", "due_at"))
)
_CLAIM = (
    update(POSTING)
    .where(_THIS, POSTING.c.state == DUE)
    .where(or_(is_unleased(POSTING), POSTING.c.owner == bindparam("new_owner")))
    .values(leased_columns(POSTING))
    .returning(POSTING)
)
_RESTORED = select(func.max(RESTORATION.c.at, type_=RESTORATION.c.at.type))
_MARK = (
    update(POSTING)
    .where(_THIS, POSTING.c.token == bindparam("fence"), POSTING.c.state == DUE)
    .values(UNLEASED | {"state": bindparam("became"), "posted": bindparam("message")})
)


@dataclass(frozen=True, slots=True)
class PostingClaim:
    """The request of the worker `owner` to post the digest of a sending day."""

    subscription: Subscription
    day: date
    owner: str
    lease: timedelta


@dataclass(frozen=True, slots=True)
class PostingResult:
    """A digest that was posted at `ts`; None is one folded into a later one, or given up."""

    posting: Posting
    ts: str | None


def claim(transaction: Transaction, claims: Sequence[PostingClaim]) -> Sequence[Posting | None]:
    """Lease each digest to who asks, unless it is posted or another worker holds it.

    None for each that is not had; its worker may claim it again.
    """
    return [_claim(transaction, claim) for claim in claims]


def posted(transaction: Transaction, results: Sequence[PostingResult]) -> Sequence[bool]:
    """Close each digest whose claim still holds; False for each whose claim was lost."""
    return [_mark(transaction.connection, result) for result in results]


def _claim(transaction: Transaction, claim: PostingClaim) -> Posting | None:
    connection, number = transaction.connection, claim.subscription.id
    due_at = claim.subscription.due_at(claim.day)
    row = {"subscription": number, "day": claim.day, "state": DUE, "due_at": due_at}
    row["attempt"] = _tries_unknown(connection, due_at)
    connection.execute(_OFFERED, row)
    lease = new_lease(transaction, claim.owner, claim.lease)
    which = {"number": number, "sending_day": claim.day}
    taken = connection.execute(_CLAIM, lease | which).one_or_none()
    return None if taken is None else _posting(claim.subscription, taken)


def _tries_unknown(connection: Connection, due_at: datetime) -> int:
    """1 for a digest that was due before a backup was restored, otherwise 0.

    It may have been posted, and who tries again looks first.
    """
    restored_at = connection.scalar(_RESTORED)
    return int(restored_at is not None and due_at <= restored_at)


def _posting(subscription: Subscription, row: Row[Any]) -> Posting:
    return Posting(
        key=f"digest:{subscription.id}:{row.day.isoformat()}",
        subscription=subscription,
        day=row.day,
        due_at=row.due_at,
        attempt=row.attempt,
        posted=row.posted,
        token=row.token,
    )


def _mark(connection: Connection, result: PostingResult) -> bool:
    posting = result.posting
    found = connection.execute(
        _MARK,
        {
            "number": posting.subscription.id,
            "sending_day": posting.day,
            "fence": posting.token,
            "became": FOLDED if result.ts is None else POSTED,
            "message": result.ts,
        },
    )
    return bool(found.rowcount)
