"""The tables of the audit log."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from bot.store.tables.types import counted, long_text, moment, table_of


class Audit(SQLModel, table=True):
    """An audit entry. `body` is what is hashed and shown; the other columns only find it.

    See `bot.store.audit.columns.found_by`. `actor` is a Slack user id; `people` are folded, one a
    line.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_case", "case_number", "id"),
        Index("audit_actor", "actor", "id"),
        Index("audit_verb", "verb", "id"),
        Index("audit_at", "at"),
    )

    id: int = Field(sa_column=counted())
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    case_number: int | None
    at: datetime | None = Field(sa_column=moment(nullable=True))
    actor: str | None
    verb: str | None
    vendor: str | None
    state: str | None
    people: str | None = Field(sa_column=long_text(nullable=True))


class Checkpoint(SQLModel, table=True):
    """The last entry that was verified; see `bot.store.checkpoints`."""

    __tablename__ = "checkpoint"

    id: int = Field(sa_column=counted())
    entry_id: int
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime = Field(sa_column=moment())


AUDIT = table_of(Audit)
CHECKPOINT = table_of(Checkpoint)
