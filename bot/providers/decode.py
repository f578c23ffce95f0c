"""Reading what vendors send: needed fields only, unknown values and nulls let through."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.providers.http import Answer, Transport

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_NANOSECONDS_FROM = 10**17


def moment(value: Any) -> datetime | None:
    """Integers of 1e17 and more are Unix nanoseconds, smaller ones seconds; strings RFC 3339.

    None for anything else, and for what is before 1970 or after 2100: a time is never essential,
    and a wrong one is worse than none.
    """
    try:
        at = _moment(value)
    except (ValueError, OverflowError):
        return None
    return at if at is not None and _EPOCH <= at <= _LAST else None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        large = abs(value) >= _NANOSECONDS_FROM
        micro = value // 1000 if large else value * 1_000_000
        return _EPOCH + timedelta(microseconds=micro)
    return None


def _from_text(value: str) -> datetime:
    if value.isascii() and value.isdigit():
        return _EPOCH + timedelta(seconds=int(value))
    read = datetime.fromisoformat(value)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


Moment = Annotated[datetime | None, BeforeValidator(moment)]
"""A vendor's time in UTC, None when it is missing or unreadable."""


Number = Annotated[float, Field(allow_inf_nan=False)]
"""A number that can be compared and rounded."""


def day(value: str | None) -> date | None:
    """The day a report is of, as `2026-11-21` with or without a time; None when unreadable."""
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None


M = TypeVar("M", bound=BaseModel)


def read(http: Transport, model: type[M], answer: Answer) -> M:
    """The answer as `model`; VendorGarbled when something essential is missing."""
    try:
        return model.model_validate_json(answer.body)
    except ValidationError as error:
        raise http.garbled() from error
