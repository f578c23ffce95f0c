"""Writing who wants a digest, and which one was posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, text, update

from bot.calls.actors import Actor
from bot.digests.subscription import Posting, Subscription, Wish
from bot.errors import BadInput, CallwardenError, UnknownSubscription
from bot.store.database import Database
from bot.store.leases import UNLEASED, is_unleased, leased_columns, new_lease
from bot.store.stored_json import other_release_errors, read_json
from bot.store.tables.cases import RESTORATION
from bot.store.tables.digests import IS_RUNNING, POSTING, SUBSCRIPTION
from bot.store.writing.connection import Transaction

DUE, POSTED, FOLDED = "due", "posted", "folded"

SUBSCRIPTION_LOCK = 0x64696765
"""PostgreSQL's advisory lock for whoever writes subscriptions: two never make the same one."""

_LOCK = text(f"SELECT pg_advisory_xact_lock({SUBSCRIPTION_LOCK}, 0)")

_RUNNING = (
    select(SUBSCRIPTION)
    .where(IS_RUNNING)
    .where(
        SUBSCRIPTION.c.channel == bindparam("place"), SUBSCRIPTION.c.about == bindparam("subject")
    )
)
_ADD = insert(SUBSCRIPTION).returning(SUBSCRIPTION.c.id)
_CHANGE = (
    update(SUBSCRIPTION)
    .where(SUBSCRIPTION.c.id == bindparam("number"))
    .values({name: bindparam(name) for name in ("channel", "about", "stopped", "said")})
)
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
    """A worker wants to post the digest of a sending day."""

    subscription: Subscription
    day: date
    owner: str
    lease: timedelta


@dataclass(frozen=True, slots=True)
class PostingResult:
    """A digest that was posted, or (`ts` None) folded into a later one or given up."""

    posting: Posting
    ts: str | None


def claim(transaction: Transaction, claims: Sequence[PostingClaim]) -> Sequence[Posting | None]:
    """Each day to one worker, who may claim it again; nobody gets one that is posted."""
    return [_claim(transaction, claim) for claim in claims]


def posted(transaction: Transaction, results: Sequence[PostingResult]) -> Sequence[bool]:
    """Mark each whose claim still holds."""
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
    """1 where it was due before a backup was restored: it may have been posted, so look first."""
    restored_at = connection.scalar(_RESTORED)
    return int(restored_at is not None and due_at <= restored_at)


def lock_subscriptions(database: Database, connection: Connection) -> None:
    """Let nobody else write subscriptions until this transaction ends; SQLite has one writer."""
    if not database.sqlite:
        connection.execute(_LOCK)


def about(wish: Wish) -> str:
    """What a wish is about: its rhythm and vendors. When and how is for its channel to say."""
    return f"{wish.rhythm} {' '.join(sorted(wish.vendors))}".strip()


def subscription_of(row: Row[Any]) -> Subscription:
    """The subscription in a row. Raises OtherRelease."""
    with other_release_errors(f"Digest {row.id}"):
        kept = read_json(Subscription, row.said)
    return kept.model_copy(update={"id": row.id})


def _columns(subscription: Subscription) -> dict[str, Any]:
    return {
        "channel": subscription.wish.channel,
        "about": about(subscription.wish),
        "stopped": subscription.stopped,
        "said": subscription.model_dump_json(exclude_defaults=True),
    }


def running(connection: Connection, wish: Wish) -> Subscription | None:
    """The one in that channel that is about the same and not stopped."""
    same = {"place": wish.channel, "subject": about(wish)}
    row = connection.execute(_RUNNING, same).one_or_none()
    return None if row is None else subscription_of(row)


def create(connection: Connection, wish: Wish, owner: Actor, at: datetime) -> Subscription:
    """A new subscription, with its number."""
    new = Subscription(id=0, wish=wish, owner=owner, made_at=at)
    number = connection.execute(_ADD, _columns(new)).scalar_one()
    return new.model_copy(update={"id": number})


def change(connection: Connection, changed: Subscription) -> CallwardenError | None:
    """Write over the one of that number; why not, where there is none or it were a second one."""
    other = running(connection, changed.wish)
    if other is not None and other.id != changed.id and not changed.stopped:
        return BadInput(
            f"That channel has such a digest already, number {other.id}.",
            next_step="Change or stop that one instead.",
        )
    found = connection.execute(_CHANGE, {"number": changed.id, **_columns(changed)})
    if not found.rowcount:
        return UnknownSubscription(f"There is no digest subscription {changed.id}.")
    return None


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
