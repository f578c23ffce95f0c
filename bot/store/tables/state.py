"""The tables about the database itself: who can work with it, and whether a backup was restored."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.store.tables.types import counted, moment, table_of


class SchemaCompatibility(SQLModel, table=True):
    """One row: the oldest release, named by its HEAD, that can work with these tables."""

    __tablename__ = "schema_compatibility"

    id: int = Field(sa_column=counted())
    oldest: str


class Restoration(SQLModel, table=True):
    """A backup that was restored, or a restore that was noticed, at that moment.

    Case numbers up to `last_case` may stand in Slack and are not given out again.
    """

    __tablename__ = "restoration"

    id: int = Field(sa_column=counted())
    at: datetime = Field(sa_column=moment())
    last_case: int


class DatabaseIdentity(SQLModel, table=True):
    """Which PostgreSQL the last start was on; see `bot.store.restore`."""

    __tablename__ = "database_identity"

    id: int = Field(sa_column=counted())
    identity: str


RESTORATION = table_of(Restoration)
IDENTITY = table_of(DatabaseIdentity)
COMPATIBILITY = table_of(SchemaCompatibility)
