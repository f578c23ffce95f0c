"""Changes of subscriptions: each with its audit entry and the announcement that is due by it.

Each is one transaction, so a process that dies leaves all of it or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.calls.actors import Actor
from bot.calls.cases import DigestNote, Event
from bot.digests.announcements import AnnouncementKind, ChangeKind, ChangeResult
from bot.digests.subscription import Subscription, Wish
from bot.digests.wording import for_words
from bot.errors import BadInput, CallwardenError
from bot.store.database import Database
from bot.store.deliveries import AuditNote, record_notes, recorded_keys
from bot.store.digests.subscriptions import (
    about,
    change,
    create,
    lock_subscriptions,
    running,
    subscription_of,
)
from bot.store.stored_json import each_by_itself
from bot.store.tables.digests import SUBSCRIPTION, TELLING
from bot.store.writing.connection import Transaction

_LAST = (
    select(SUBSCRIPTION)
    .where(
        SUBSCRIPTION.c.channel == bindparam("place"), SUBSCRIPTION.c.about == bindparam("subject")
    )
    .order_by(SUBSCRIPTION.c.id.desc())
    .limit(1)
)
_BY_NUMBER = select(SUBSCRIPTION).where(SUBSCRIPTION.c.id == bindparam("number"))
_ADD_ANNOUNCEMENT = insert(TELLING)
_DROP_ALL = delete(TELLING).where(TELLING.c.subscription == bindparam("number"))
_DROP_PAUSED = _DROP_ALL.where(TELLING.c.about == AnnouncementKind.PAUSED)


@dataclass(frozen=True, slots=True)
class SetUp:
    """The request of `by` for a new digest; `key` makes a redelivery the same request."""

    key: str
    wish: Wish
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Amended:
    """The request to change a subscription that was seen as `known`."""

    known: Subscription
    changed: Subscription
    note: DigestNote
    at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """The request to pause a digest that cannot be posted; `why` is for its owner."""

    known: Subscription
    why: str
    at: datetime


class DigestChanges:
    """Carries out requests to set up, change and pause subscriptions.

    Nobody else writes subscriptions meanwhile.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_up(
        self, transaction: Transaction, asked: Sequence[SetUp]
    ) -> Sequence[ChangeResult | CallwardenError]:
        """Subscribe each, or change the running subscription about the same in that channel.

        What is returned or raised for each is as of `bot.ports.DigestStore.set_up`.
        """
        lock_subscriptions(self._database, transaction.connection)
        return each_by_itself(partial(_set_up, transaction), asked)

    def amend(
        self, transaction: Transaction, asked: Sequence[Amended]
    ) -> Sequence[ChangeResult | CallwardenError]:
        """Change each that is as it was seen; see `bot.ports.DigestStore.amend`."""
        lock_subscriptions(self._database, transaction.connection)
        return each_by_itself(partial(_amend, transaction), asked)

    def pause(
        self, transaction: Transaction, asked: Sequence[Paused]
    ) -> Sequence[bool | CallwardenError]:
        """Pause each that is as it was seen, and have its owner told.

        False for each that is not.
        """
        lock_subscriptions(self._database, transaction.connection)
        return each_by_itself(partial(_pause, transaction), asked)


def _set_up(transaction: Transaction, request: SetUp) -> ChangeResult | CallwardenError:
    connection, wish = transaction.connection, request.wish
    known = running(connection, wish)
    if recorded_keys(transaction, [request.key]):
        return _set_up_before(known or _last(connection, wish))
    if known is not None and known.wish == wish and known.paused_until is None:
        return ChangeResult(known, ChangeKind.SAME)
    event = Event.SUBSCRIBED if known is None else Event.CHANGED
    which = "A digest" if known is None else f"Digest {known.id} is now"
    note = DigestNote(
        key=request.key, event=event, actor=request.by, detail=f"{which} {for_words(wish)}"
    )
    record_notes(transaction, [AuditNote.of_note(note, request.at)])
    if known is not None:
        again = (
            known.resumed(request.at)
            .edited(wish, request.at)
            .model_copy(update={"owner": request.by})
        )
        change(connection, again)
        connection.execute(_DROP_PAUSED, {"number": again.id})
        return ChangeResult(again, ChangeKind.CHANGED, known)
    made = create(connection, wish, request.by, request.at)
    _announce(transaction, AnnouncementKind.SET_UP, made, request.by.user, request.at)
    return ChangeResult(made, ChangeKind.NEW)


def _set_up_before(earlier: Subscription | None) -> ChangeResult | CallwardenError:
    """The answer to a request that came before; `earlier` None is a digest that was moved."""
    if earlier is not None:
        return ChangeResult(earlier, ChangeKind.SAME)
    return BadInput(
        "That was already requested, and the digest was changed since.",
        next_step="Look at the list of digests; to set one up there, do it again.",
    )


def _amend(transaction: Transaction, amended: Amended) -> ChangeResult | CallwardenError:
    connection, number = transaction.connection, amended.changed.id
    there = _numbered(connection, number)
    if there is not None and recorded_keys(transaction, [amended.note.key]):
        if _alike(there, amended.changed):
            return ChangeResult(there, ChangeKind.SAME)
        return _changed_since(number)
    if there is not None and there != amended.known:
        return BadInput(
            f"Somebody else changed digest {number} just now.",
            next_step="Look at it as it is now, then ask again.",
        )
    if (no := change(connection, amended.changed)) is not None:
        return no
    record_notes(transaction, [AuditNote.of_note(amended.note, amended.at)])
    moved = amended.changed.wish.channel != amended.known.wish.channel
    gone = amended.changed.stopped or moved
    connection.execute(_DROP_ALL if gone else _DROP_PAUSED, {"number": number})
    if moved:
        _announce(
            transaction,
            AnnouncementKind.MOVED,
            amended.changed,
            amended.note.actor.user,
            amended.at,
        )
    return ChangeResult(amended.changed, ChangeKind.CHANGED, amended.known)


def _alike(there: Subscription, wanted: Subscription) -> bool:
    """Whether a subscription is as `wanted`, apart from when that was asked."""
    return (there.wish, there.stopped, there.paused_until) == (
        wanted.wish,
        wanted.stopped,
        wanted.paused_until,
    )


def _changed_since(number: int) -> BadInput:
    return BadInput(
        f"This was already requested, and digest {number} was changed since.",
        next_step="Look at it as it is now, then ask again.",
    )


def _pause(transaction: Transaction, request: Paused) -> bool:
    connection = transaction.connection
    if _numbered(connection, request.known.id) != request.known:
        return False
    paused = request.known.paused(why=request.why)
    change(connection, paused)
    connection.execute(_DROP_ALL, {"number": paused.id})
    _announce(transaction, AnnouncementKind.PAUSED, paused, paused.owner.user, request.at)
    return True


def _last(connection: Connection, wish: Wish) -> Subscription | None:
    """The newest subscription in that channel about the same, also a stopped one."""
    same = {"place": wish.channel, "subject": about(wish)}
    row = connection.execute(_LAST, same).one_or_none()
    return None if row is None else subscription_of(row)


def _numbered(connection: Connection, number: int) -> Subscription | None:
    row = connection.execute(_BY_NUMBER, {"number": number}).one_or_none()
    return None if row is None else subscription_of(row)


def _announce(
    transaction: Transaction,
    what: AnnouncementKind,
    subscription: Subscription,
    by: str,
    at: datetime,
) -> None:
    """Write the announcement that is due by a change."""
    row = {
        "key": f"{what}:{subscription.id}:{at.timestamp():.6f}",
        "about": what,
        "subscription": subscription.id,
        "by": by,
        "since": transaction.now,
        "due_at": transaction.now,
        "attempt": 0,
    }
    transaction.connection.execute(_ADD_ANNOUNCEMENT, row)
