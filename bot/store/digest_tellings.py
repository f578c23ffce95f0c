"""What digests have to tell: taken up under a lease, told once, and given up in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, select, update

from bot.digests.subscription import Subscription
from bot.digests.telling import About, Telling
from bot.store.database import Database
from bot.store.digest_book import subscription_of
from bot.store.digest_tables import SUBSCRIPTION, TELLING
from bot.store.pen import Transaction
from bot.store.worklist import NOBODY, Wish, take

WORTH_TELLING = timedelta(days=1)
"""After that digests have come, and the list says which one is paused and why."""

_OURS = and_(TELLING.c.key == bindparam("ours"), TELLING.c.token == bindparam("fence"))
_TOLD = delete(TELLING).where(_OURS)
_LATER = update(TELLING).where(_OURS).values(NOBODY | {"due_at": bindparam("due_at")})
_EXPIRE = delete(TELLING).where(TELLING.c.since <= bindparam("long_ago"))
_THESE = select(SUBSCRIPTION).where(SUBSCRIPTION.c.id.in_(bindparam("numbers", expanding=True)))


@dataclass(frozen=True, slots=True)
class TellLater:
    """To be tried again at `until`."""

    telling: Telling
    until: datetime


class Tellings:
    """Where they are taken up and brought back. A stale token changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, transaction: Transaction, wishes: Sequence[Wish]) -> Sequence[Sequence[Telling]]:
        """The longest due; what is not worth telling any more is dropped on the way."""
        return [self._due(transaction, wish) for wish in wishes]

    def told(self, transaction: Transaction, told: Sequence[Telling]) -> Sequence[None]:
        """Each is done with."""
        transaction.connection.execute(_TOLD, [_lease(one) for one in told])
        return [None] * len(told)

    def later(self, transaction: Transaction, laters: Sequence[TellLater]) -> Sequence[None]:
        """Let go of each until its moment."""
        rows = [_lease(one.telling) | {"due_at": one.until} for one in laters]
        transaction.connection.execute(_LATER, rows)
        return [None] * len(laters)

    def _due(self, transaction: Transaction, wish: Wish) -> Sequence[Telling]:
        connection = transaction.connection
        connection.execute(_EXPIRE, {"long_ago": wish.at - WORTH_TELLING})
        rows = take(self._database, connection, TELLING, TELLING.c.due_at <= wish.at, wish)
        numbers = [row.subscription for row in rows]
        found = connection.execute(_THESE, {"numbers": numbers}) if rows else ()
        about = {row.id: subscription_of(row) for row in found}
        rows = sorted(rows, key=lambda row: (row.since, row.key))
        return [_telling(row, about[row.subscription]) for row in rows]


def _lease(telling: Telling) -> dict[str, Any]:
    """The parameters of `_OURS`."""
    return {"ours": telling.key, "fence": telling.token}


def _telling(row: Row[Any], subscription: Subscription) -> Telling:
    return Telling(
        key=row.key,
        about=About(row.about),
        subscription=subscription,
        by=row.by,
        since=row.since,
        attempt=row.attempt,
        token=row.token,
    )
