"""Announcements about digests that are to be made: leased, made once, and given up after a day."""

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
_LEASE = and_(TELLING.c.key == bindparam("ours"), TELLING.c.token == bindparam("fence"))
_FINISH = delete(TELLING).where(_LEASE)
_POSTPONE = update(TELLING).where(_LEASE).values(UNLEASED | {"due_at": bindparam("due_at")})
_EXPIRE = delete(TELLING).where(TELLING.c.since <= bindparam("long_ago"))
_ITS = select(SUBSCRIPTION).where(SUBSCRIPTION.c.id == bindparam("number"))


@dataclass(frozen=True, slots=True)
class PostponedAnnouncement:
    """An announcement that is to be made again after `wait`."""

    announcement: Announcement
    wait: timedelta


class AnnouncementQueue:
    """What is done with announcements: lease, finish, postpone.

    One whose lease was lost is not changed.
    """

    def __init__(self, unreadable: UnreadableRows) -> None:
        self._unreadable = unreadable

    def due(
        self, transaction: Transaction, requests: Sequence[LeaseRequest]
    ) -> Sequence[Sequence[Announcement]]:
        """Lease for each request the announcements that are longest due.

        Those older than MAX_AGE are deleted first.
        """
        return [self._due(transaction, request) for request in requests]

    def finish(self, transaction: Transaction, made: Sequence[Announcement]) -> Sequence[None]:
        """Delete each: it was made, or is given up."""
        transaction.connection.execute(_FINISH, [_lease(announcement) for announcement in made])
        return [None] * len(made)

    def postpone(
        self, transaction: Transaction, postponed: Sequence[PostponedAnnouncement]
    ) -> Sequence[None]:
        """Give each back, to be leased again when its `wait` is over."""
        rows = [
            _lease(announcement.announcement) | {"due_at": transaction.now + announcement.wait}
            for announcement in postponed
        ]
        transaction.connection.execute(_POSTPONE, rows)
        return [None] * len(postponed)

    def _due(self, transaction: Transaction, request: LeaseRequest) -> Sequence[Announcement]:
        connection = transaction.connection
        connection.execute(_EXPIRE, {"long_ago": transaction.now - MAX_AGE})
        read = partial(_announcement, connection)
        taken = _DUE.lease_readable(transaction, request, read=read, unreadable=self._unreadable)
        return [
            announcement for _, announcement in sorted(taken, key=lambda pair: _oldest(pair[0]))
        ]


def _lease(announcement: Announcement) -> dict[str, Any]:
    """The parameters of `_LEASE`."""
    return {"ours": announcement.key, "fence": announcement.token}


def _oldest(row: Row[Any]) -> tuple[datetime, str]:
    return row.since, row.key


def _announcement(connection: Connection, row: Row[Any]) -> Announcement:
    """The announcement in a row. Raises OtherRelease."""
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
