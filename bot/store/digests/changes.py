"""What is asked of digests: carried out, on record, and owed to whom it concerns, all at once.

Each of these is one transaction, so a process that dies leaves all of it or nothing.
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
_OWE = insert(TELLING)
_UNSAY = delete(TELLING).where(TELLING.c.subscription == bindparam("number"))
_UNSAY_THE_PAUSE = _UNSAY.where(TELLING.c.about == AnnouncementKind.PAUSED)


@dataclass(frozen=True, slots=True)
class SetUp:
    """Somebody sets a digest up; `key` makes a redelivery the same request."""

    key: str
    wish: Wish
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Amended:
    """Somebody changes a digest that they saw as `known`."""

    known: Subscription
    changed: Subscription
    note: DigestNote
    at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """Nobody can be written to any more where this digest goes."""

    known: Subscription
    why: str
    at: datetime


class DigestChanges:
    """Where requests are carried out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_up(
        self, transaction: Transaction, asked: Sequence[SetUp]
    ) -> Sequence[ChangeResult | CallwardenError]:
        """A new subscription each, or the one about the same, changed and running."""
        lock_subscriptions(self._database, transaction.connection)
        return each_by_itself(partial(_set_up, transaction), asked)

    def amend(
        self, transaction: Transaction, asked: Sequence[Amended]
    ) -> Sequence[ChangeResult | CallwardenError]:
        """Write over each that is as it was seen and would not be a second one about the same."""
        lock_subscriptions(self._database, transaction.connection)
        return each_by_itself(partial(_amend, transaction), asked)

    def pause(
        self, transaction: Transaction, asked: Sequence[Paused]
    ) -> Sequence[bool | CallwardenError]:
        """Pause each that is as it was seen, and owe its owner a word."""
        lock_subscriptions(self._database, transaction.connection)
        return each_by_itself(partial(_pause, transaction), asked)


def _set_up(transaction: Transaction, one: SetUp) -> ChangeResult | CallwardenError:
    connection, wish = transaction.connection, one.wish
    known = running(connection, wish)
    if recorded_keys(transaction, [one.key]):
        return _set_up_before(known or _last(connection, wish))
    if known is not None and known.wish == wish and known.paused_until is None:
        return ChangeResult(known, ChangeKind.SAME)
    event = Event.SUBSCRIBED if known is None else Event.CHANGED
    which = "A digest" if known is None else f"Digest {known.id} is now"
    note = DigestNote(key=one.key, event=event, actor=one.by, detail=f"{which} {for_words(wish)}")
    record_notes(transaction, [AuditNote.of_note(note, one.at)])
    if known is not None:
        again = known.resumed(one.at).edited(wish, one.at).model_copy(update={"owner": one.by})
        change(connection, again)
        connection.execute(_UNSAY_THE_PAUSE, {"number": again.id})
        return ChangeResult(again, ChangeKind.CHANGED, known)
    made = create(connection, wish, one.by, one.at)
    _owe(transaction, AnnouncementKind.SET_UP, made, one.by.user, one.at)
    return ChangeResult(made, ChangeKind.NEW)


def _set_up_before(earlier: Subscription | None) -> ChangeResult | CallwardenError:
    """Of a request that came once more; None: the digest was moved since."""
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
        return (
            ChangeResult(there, ChangeKind.SAME)
            if _alike(there, amended.changed)
            else _changed_since(number)
        )
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
    connection.execute(_UNSAY if gone else _UNSAY_THE_PAUSE, {"number": number})
    if moved:
        _owe(
            transaction,
            AnnouncementKind.MOVED,
            amended.changed,
            amended.note.actor.user,
            amended.at,
        )
    return ChangeResult(amended.changed, ChangeKind.CHANGED, amended.known)


def _alike(there: Subscription, wanted: Subscription) -> bool:
    """Whether it is as was asked, whenever that was."""
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


def _pause(transaction: Transaction, one: Paused) -> bool:
    connection = transaction.connection
    if _numbered(connection, one.known.id) != one.known:
        return False
    paused = one.known.paused(why=one.why)
    change(connection, paused)
    connection.execute(_UNSAY, {"number": paused.id})
    _owe(transaction, AnnouncementKind.PAUSED, paused, paused.owner.user, one.at)
    return True


def _last(connection: Connection, wish: Wish) -> Subscription | None:
    """What became of it since."""
    same = {"place": wish.channel, "subject": about(wish)}
    row = connection.execute(_LAST, same).one_or_none()
    return None if row is None else subscription_of(row)


def _numbered(connection: Connection, number: int) -> Subscription | None:
    row = connection.execute(_BY_NUMBER, {"number": number}).one_or_none()
    return None if row is None else subscription_of(row)


def _owe(
    transaction: Transaction,
    what: AnnouncementKind,
    subscription: Subscription,
    by: str,
    at: datetime,
) -> None:
    row = {
        "key": f"{what}:{subscription.id}:{at.timestamp():.6f}",
        "about": what,
        "subscription": subscription.id,
        "by": by,
        "since": transaction.now,
        "due_at": transaction.now,
        "attempt": 0,
    }
    transaction.connection.execute(_OWE, row)
