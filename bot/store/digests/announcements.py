"""What digests have to tell: taken up under a lease, told once, and given up in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, select, update

from bot.digests.announcements import Announcement, AnnouncementKind
from bot.store.digests.subscriptions import subscription_of
from bot.store.leases import NOW, UNLEASED, LeaseRequest, Leasing
from bot.store.stored_json import other_release_errors
from bot.store.tables.digests import SUBSCRIPTION, TELLING
from bot.store.unreadable_rows import UnreadableRows
from bot.store.writing.connection import Transaction

MAX_AGE = timedelta(days=1)
"""After that digests have come, and the list says which one is paused and why."""

_DUE = Leasing(TELLING, TELLING.c.due_at <= NOW)
_OURS = and_(TELLING.c.key == bindparam("ours"), TELLING.c.token == bindparam("fence"))
_TOLD = delete(TELLING).where(_OURS)
_LATER = update(TELLING).where(_OURS).values(UNLEASED | {"due_at": bindparam("due_at")})
_EXPIRE = delete(TELLING).where(TELLING.c.since <= bindparam("long_ago"))
_ITS = select(SUBSCRIPTION).where(SUBSCRIPTION.c.id == bindparam("number"))


@dataclass(frozen=True, slots=True)
class PostponedAnnouncement:
    """To be tried again after `wait`."""

    announcement: Announcement
    wait: timedelta


class Announcements:
    """Where they are taken up and brought back. A stale token changes nothing."""

    def __init__(self, unreadable: UnreadableRows) -> None:
        self._unreadable = unreadable

    def due(
        self, transaction: Transaction, requests: Sequence[LeaseRequest]
    ) -> Sequence[Sequence[Announcement]]:
        """The longest due; what is not worth telling any more is dropped on the way."""
        return [self._due(transaction, request) for request in requests]

    def told(self, transaction: Transaction, told: Sequence[Announcement]) -> Sequence[None]:
        """Each is done with."""
        transaction.connection.execute(_TOLD, [_lease(announcement) for announcement in told])
        return [None] * len(told)

    def later(
        self, transaction: Transaction, postponed: Sequence[PostponedAnnouncement]
    ) -> Sequence[None]:
        """Let go of each until its moment."""
        rows = [
            _lease(announcement.announcement) | {"due_at": transaction.now + announcement.wait}
            for announcement in postponed
        ]
        transaction.connection.execute(_LATER, rows)
        return [None] * len(postponed)

    def _due(self, transaction: Transaction, request: LeaseRequest) -> Sequence[Announcement]:
        connection = transaction.connection
        connection.execute(_EXPIRE, {"long_ago": transaction.now - MAX_AGE})
        read = partial(_telling, connection)
        taken = _DUE.lease_readable(transaction, request, read=read, unreadable=self._unreadable)
        return [
            announcement for _, announcement in sorted(taken, key=lambda pair: _oldest(pair[0]))
        ]


def _lease(announcement: Announcement) -> dict[str, Any]:
    """The parameters of `_OURS`."""
    return {"ours": announcement.key, "fence": announcement.token}


def _oldest(row: Row[Any]) -> tuple[datetime, str]:
    return row.since, row.key


def _telling(connection: Connection, row: Row[Any]) -> Announcement:
    """What a row is about. Raises OtherRelease."""
    subscription = connection.execute(_ITS, {"number": row.subscription}).one()
    with other_release_errors(f"A word about digest {row.subscription}"):
        return Announcement(
            key=row.key,
            about=AnnouncementKind(row.about),
            subscription=subscription_of(subscription),
            by=row.by,
            since=row.since,
            attempt=row.attempt,
            token=row.token,
        )
