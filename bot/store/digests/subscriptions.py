"""Subscriptions to digests: their rows, written and read back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from bot.calls.actors import Actor
from bot.digests.subscription import Subscription, Wish
from bot.errors import BadInput, CallwardenError, UnknownSubscription
from bot.store.database import Database
from bot.store.stored_json import other_release_errors, read_json
from bot.store.tables.digests import IS_RUNNING, SUBSCRIPTION

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


def lock_subscriptions(database: Database, connection: Connection) -> None:
    """Let nobody else write subscriptions until this transaction ends.

    SQLite needs no lock for it: it has one writer.
    """
    if not database.sqlite:
        connection.execute(_LOCK)


def about(wish: Wish) -> str:
    """What a digest is about, as text: its rhythm and vendors.

    A channel has one running subscription of each.
    """
    return f"{wish.rhythm} {' '.join(sorted(wish.vendors))}".strip()


def subscription_of(row: Row[Any]) -> Subscription:
    """The subscription in a row. Raises OtherRelease when this release cannot read it."""
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
    """The subscription in that channel about the same that is not stopped; None for none."""
    same = {"place": wish.channel, "subject": about(wish)}
    row = connection.execute(_RUNNING, same).one_or_none()
    return None if row is None else subscription_of(row)


def create(connection: Connection, wish: Wish, owner: Actor, at: datetime) -> Subscription:
    """Write a new subscription, and return it with its number."""
    new = Subscription(id=0, wish=wish, owner=owner, made_at=at)
    number = connection.execute(_ADD, _columns(new)).scalar_one()
    return new.model_copy(update={"id": number})


def change(connection: Connection, changed: Subscription) -> CallwardenError | None:
    """Write `changed` over the subscription of its number; None when that was done.

    Otherwise the error to raise: UnknownSubscription when there is none, BadInput when another one
    in its channel is about the same.
    """
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
