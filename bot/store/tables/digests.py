"""The tables of digests: subscriptions, postings, and announcements."""

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from bot.store.tables.types import Utc, table_of

IS_RUNNING = text("NOT stopped")
"""Written out, so that the partial index is used."""


class DigestSubscription(SQLModel, table=True):
    """A subscription. `said` is all of it as JSON; the other columns find it.

    `about` tells equal ones: a channel has one running subscription of each.
    """

    __tablename__ = "digest_subscription"
    __table_args__ = (
        Index(
            "digest_subscription_about",
            "channel",
            "about",
            unique=True,
            sqlite_where=IS_RUNNING,
            postgresql_where=IS_RUNNING,
        ),
    )

    id: int = Field(primary_key=True)
    channel: str
    about: str
    stopped: bool
    said: str = Field(sa_column=Column(Text, nullable=False))


class DigestPosting(SQLModel, table=True):
    """A sending day of a subscription, from when somebody leased it.

    `state` is `due`, `posted` or `folded`: into a later one, or given up because Slack refuses it.
    `posted` is the timestamp of the message.
    """

    __tablename__ = "digest_posting"

    subscription: int = Field(primary_key=True, foreign_key="digest_subscription.id")
    day: date = Field(primary_key=True)
    state: str
    posted: str | None
    due_at: datetime = Field(sa_column=Column(Utc, nullable=False))
    attempt: int
    owner: str | None
    token: str | None
    lease_until: datetime | None = Field(sa_column=Column(Utc))


class DigestTelling(SQLModel, table=True):
    """An announcement to a channel or an owner; deleted when it was made, or is not true any more.

    `since` is when it arose and `due_at` when it is to be made next, both by the time that leases
    go by; see `bot.store.database`.
    """

    __tablename__ = "digest_telling"

    key: str = Field(primary_key=True)
    about: str
    subscription: int = Field(foreign_key="digest_subscription.id")
    by: str
    since: datetime = Field(sa_column=Column(Utc, nullable=False))
    due_at: datetime = Field(sa_column=Column(Utc, nullable=False))
    attempt: int
    owner: str | None
    token: str | None
    lease_until: datetime | None = Field(sa_column=Column(Utc))


SUBSCRIPTION = table_of(DigestSubscription)
POSTING = table_of(DigestPosting)
TELLING = table_of(DigestTelling)
