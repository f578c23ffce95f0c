"""The types of columns that several tables have."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, Integer, Table, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel


class Utc(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; without a zone on SQLite, which has none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC. Raises ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def counted() -> Column[Any]:
    """A primary key that the writer counts itself: 1, 2, 3 without gaps."""
    return Column(Integer, primary_key=True, autoincrement=False)


def long_text(*, nullable: bool = False) -> Column[Any]:
    """Text of any length."""
    return Column(Text, nullable=nullable)


def moment(*, nullable: bool = False) -> Column[Any]:
    """An aware moment, see `Utc`."""
    return Column(Utc, nullable=nullable)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
