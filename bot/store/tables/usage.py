"""The tables of past calls. Quarters of an hour and days are counted from 1970 on, in UTC."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from bot.store.tables.types import Utc, table_of

QUARTERS_A_DAY = 96

SPANS = (1, 4, 24)
"""Quarters in a sum of each level: a quarter, an hour, six hours. Each divides the next."""


class UsageCall(SQLModel, table=True):
    """One run of a call, as it was last read: what the quarters are made from.

    `until` is when it ended or, while it ran, until when that was seen. It counts in the quarters
    from `first_quarter` to `last_quarter`; `long` are those of more than a day, so that the others
    are found by when they began. `recordings` is JSON.
    """

    __tablename__ = "usage_call"
    __table_args__ = (
        Index("usage_call_reach", "vendor", "long", "first_quarter"),
        {"sqlite_with_rowid": False},
    )

    vendor: str = Field(primary_key=True)
    run: str = Field(primary_key=True)
    call_id: str
    title: str = Field(sa_column=Column(Text, nullable=False))
    started_at: datetime = Field(sa_column=Column(Utc, nullable=False))
    ended_at: datetime | None = Field(sa_column=Column(Utc))
    until: datetime = Field(sa_column=Column(Utc, nullable=False))
    ending: str | None
    people: int | None = Field(sa_type=BigInteger)
    peak: int | None = Field(sa_type=BigInteger)
    person_seconds: int | None = Field(sa_type=BigInteger)
    audio_seconds: int | None = Field(sa_type=BigInteger)
    video_seconds: int | None = Field(sa_type=BigInteger)
    recordings: str | None = Field(sa_column=Column(Text))
    streams: int | None = Field(sa_type=BigInteger)
    first_quarter: int
    last_quarter: int
    long: bool


class UsageQuarter(SQLModel, table=True):
    """One vendor's sums over `SPANS[level]` quarters from `quarter` on: see `bot.usage.tally`.

    What has no calls has no row. The higher levels are the sums of the lowest, so that a day of any
    zone is about ten rows instead of 96.
    """

    __tablename__ = "usage_quarter"
    __table_args__ = ({"sqlite_with_rowid": False},)

    vendor: str = Field(primary_key=True)
    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    quarter: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    calls: int = Field(sa_type=BigInteger)
    seconds: int = Field(sa_type=BigInteger)
    person_seconds: int | None = Field(sa_type=BigInteger)
    audio_seconds: int | None = Field(sa_type=BigInteger)
    video_seconds: int | None = Field(sa_type=BigInteger)
    people: int | None = Field(sa_type=BigInteger)
    peak_calls: int = Field(sa_type=BigInteger)
    peak_people: int | None = Field(sa_type=BigInteger)
    longest: int = Field(sa_type=BigInteger)
    longest_title: str = Field(sa_column=Column(Text, nullable=False))
    recordings: int | None = Field(sa_type=BigInteger)
    recorded_seconds: int | None = Field(sa_type=BigInteger)
    recordings_failed: int | None = Field(sa_type=BigInteger)
    streams: int | None = Field(sa_type=BigInteger)
    unanswered: int | None = Field(sa_type=BigInteger)
    failed: int | None = Field(sa_type=BigInteger)


class UsageRead(SQLModel, table=True):
    """The quarters of a vendor's UTC day that were read: from `first` up to and without `upto`.

    A day without calls has its row, too: so it is told from one that was not read.
    """

    __tablename__ = "usage_read"

    vendor: str = Field(primary_key=True)
    day: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    first: int
    upto: int
    read_at: datetime = Field(sa_column=Column(Utc, nullable=False))


CALL = table_of(UsageCall)
QUARTERLY = table_of(UsageQuarter)
READ = table_of(UsageRead)
