"""The tables of orders, cases and messages about them."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from bot.store.tables.types import counted, long_text, moment, table_of

IS_OPEN = text("state = 'asked'")
"""Work remains on a case. Written out, so that the partial index is used."""

IS_DUE = text("version > shown")
"""A place shows less than is known."""

IS_DOUBTFUL = text("state = 'not_confirmed'")
"""Nobody knows whether it happened, and a person has to look."""


class ModerationCase(SQLModel, table=True):
    """A case: one act. `request` is the order as JSON, without the response_url.

    `progress` is how far it is while it is open: a `bot.calls.outcomes.Progress` as JSON.
    `asked_at` is by the clock of the machine that was asked, as the audit log has it; `accepted_at`
    is the same moment by the time that leases go by. Older releases leave that empty.

    `open_key` tells equal orders, see `bot.store.cases.contention`; `owner`, `token` and
    `lease_until` say who works on the case.
    """

    __tablename__ = "moderation_case"
    __table_args__ = (
        Index(
            "moderation_case_open_key",
            "open_key",
            unique=True,
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index("moderation_case_open", "number", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index(
            "moderation_case_waiting",
            "vendor",
            "number",
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index(
            "moderation_case_doubtful",
            "asked_at",
            sqlite_where=IS_DOUBTFUL,
            postgresql_where=IS_DOUBTFUL,
        ),
        Index("moderation_case_call", "vendor", "call_id", "number"),
    )

    number: int = Field(sa_column=counted())
    open_key: str
    vendor: str
    call_id: str
    session: str | None
    request: str = Field(sa_column=long_text())
    reply_url: str | None = Field(sa_column=long_text(nullable=True), repr=False)
    state: str
    results: str | None = Field(sa_column=long_text(nullable=True))
    progress: str | None = Field(sa_column=long_text(nullable=True))
    asked_at: datetime = Field(sa_column=moment())
    accepted_at: datetime | None = Field(sa_column=moment(nullable=True))
    finished_at: datetime | None = Field(sa_column=moment(nullable=True))
    attempt: int
    owner: str | None
    token: str | None
    lease_until: datetime | None = Field(sa_column=moment(nullable=True))
    restored_at: datetime | None = Field(sa_column=moment(nullable=True))


class CaseLock(SQLModel, table=True):
    """Something that an open case changes; see `bot.calls.contention`.

    Deleted when the case is closed.
    """

    __tablename__ = "case_lock"
    __table_args__ = (Index("case_lock_resource", "resource", "exclusive", "case_number"),)

    case_number: int = Field(sa_column=counted())
    resource: str = Field(primary_key=True)
    exclusive: bool


class Delivery(SQLModel, table=True):
    """An idempotency key, and the case that its order belongs to; None for a note."""

    __tablename__ = "delivery"

    key: str = Field(primary_key=True)
    fingerprint: str
    case_number: int | None = Field(foreign_key="moderation_case.number")


class OutboxRow(SQLModel, table=True):
    """A place in Slack that shows a case; due while `version` is ahead of `shown`.

    `attempt` counts the tries since the place last showed something. `manner`, `joined` and
    `reader` (as JSON) are those of an answer.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "outbox_due",
            "due_at",
            sqlite_where=IS_DUE,
            postgresql_where=IS_DUE,
        ),
        Index("outbox_case", "case_number"),
        Index("outbox_expiry", "expires_at"),
    )

    key: str = Field(primary_key=True)
    kind: str
    case_number: int = Field(foreign_key="moderation_case.number")
    place: str = Field(sa_column=long_text(), repr=False)
    version: int
    shown: int
    posted: str | None
    attempt: int
    due_at: datetime = Field(sa_column=moment())
    expires_at: datetime | None = Field(sa_column=moment(nullable=True))
    manner: str | None
    joined: bool | None
    reader: str | None = Field(sa_column=long_text(nullable=True))
    owner: str | None
    token: str | None
    lease_until: datetime | None = Field(sa_column=moment(nullable=True))


class ChannelOutageRow(SQLModel, table=True):
    """A channel that cannot be posted to now; deleted once it can.

    See `bot.store.cases.outages`.
    """

    __tablename__ = "channel_outage"

    channel: str = Field(primary_key=True)
    error: str
    began_at: datetime = Field(sa_column=moment())
    retry_at: datetime = Field(sa_column=moment())


class OrderLookup(SQLModel, table=True):
    """An order in words of which it is not known yet whom they mean; deleted once it is.

    `due_at` is when it was asked, by the time that leases go by; `owner`, `token` and `lease_until`
    say who looks.
    """

    __tablename__ = "order_lookup"
    __table_args__ = (Index("order_lookup_due", "due_at"),)

    key: str = Field(primary_key=True)
    words: str = Field(sa_column=long_text())
    command: str
    by: str
    team: str
    channel: str | None
    reply_url: str | None = Field(sa_column=long_text(nullable=True), repr=False)
    trace: str
    due_at: datetime = Field(sa_column=moment())
    attempt: int
    owner: str | None
    token: str | None
    lease_until: datetime | None = Field(sa_column=moment(nullable=True))
    restored_at: datetime | None = Field(sa_column=moment(nullable=True))


class RefusedOrder(SQLModel, table=True):
    """An order refused for want of a role; `request` is a `bot.calls.asks.Ask` as JSON.

    `subject` tells equal orders. `refused_at` is when it was refused, by the time that leases go
    by; `asked_at` is when those who may give it were asked, by the clock of the machine that was
    asked; `due_at` is set while that is to be posted. `owner`, `token` and `lease_until` say who
    posts it.
    """

    __tablename__ = "refused_order"
    __table_args__ = (
        Index("refused_order_due", "due_at"),
        Index("refused_order_asked", "subject", "asked_at"),
        Index("refused_order_age", "refused_at"),
    )

    id: str = Field(primary_key=True)
    by: str
    subject: str
    request: str = Field(sa_column=long_text())
    refused_at: datetime = Field(sa_column=moment())
    asked_at: datetime | None = Field(sa_column=moment(nullable=True))
    due_at: datetime | None = Field(sa_column=moment(nullable=True))
    attempt: int
    owner: str | None
    token: str | None
    lease_until: datetime | None = Field(sa_column=moment(nullable=True))


class RefusalCountRow(SQLModel, table=True):
    """A person's refusals of the last hour; see `bot.calls.refusals.RefusalWindow`.

    Deleted after an hour without any. `times` is 0 while all are recorded; then the last three are
    None.
    """

    __tablename__ = "refusal_count"

    team: str = Field(primary_key=True)
    by: str = Field(primary_key=True)
    since: datetime = Field(sa_column=moment())
    recorded: int
    times: int
    first_at: datetime | None = Field(sa_column=moment(nullable=True))
    last_at: datetime | None = Field(sa_column=moment(nullable=True))
    why: str | None = Field(sa_column=long_text(nullable=True))


CASE = table_of(ModerationCase)
CASE_LOCK = table_of(CaseLock)
DELIVERY = table_of(Delivery)
OUTBOX = table_of(OutboxRow)
OUTAGE = table_of(ChannelOutageRow)
LOOKUP = table_of(OrderLookup)
REFUSED = table_of(RefusedOrder)
REFUSAL_COUNT = table_of(RefusalCountRow)
