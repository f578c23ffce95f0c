"""Reading what vendors send: needed fields only, unknown values and nulls let through."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar

import structlog
from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from bot.providers.http import Answer, Transport

log = structlog.get_logger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_NANOSECONDS_FROM = 10**17
_MOST = 10**12


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


T = TypeVar("T")


def _or_none(value: Any, read_on: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read_on(value)
    except ValidationError:
        return None


Maybe = Annotated[T | None, WrapValidator(_or_none)]
"""What may be missing, null or of another kind than documented: None then.

One odd field never hides the rest.
"""


def _known(value: Any, read_on: ValidatorFunctionWrapHandler) -> Any:
    if value is None:
        return []
    if not isinstance(value, list):
        return read_on(value)
    known: list[Any] = []
    for one in value:
        try:
            known += read_on([one])
        except ValidationError:
            continue
    return known


Known = Annotated[list[T], WrapValidator(_known)]
"""The entries of a list that can be read; null is a list without any."""


def day(value: str | None) -> date | None:
    """The day a report is of, as `2026-11-21` with or without a time; None when unreadable."""
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


Text = Annotated[str | None, BeforeValidator(_text)]
"""A text, None for anything else: what is not essential spoils nothing."""


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST:
        return None
    return int(value)


Count = Annotated[int | None, BeforeValidator(_count)]
"""How many of something, None for anything that is no number of things."""


def _amount(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST:
        return None
    return float(value)


Amount = Annotated[float | None, BeforeValidator(_amount)]
"""How much of something, None for anything that is no amount."""

M = TypeVar("M", bound=BaseModel)


def read(http: Transport, model: type[M], answer: Answer) -> M:
    """The answer as `model`; VendorGarbled when something essential is missing."""
    try:
        return model.model_validate_json(answer.body)
    except ValidationError as error:
        raise http.garbled() from error


def read_entries(http: Transport, model: type[M], answer: Answer) -> tuple[M, int]:
    """The answer as `model`, and how many entries of its lists are left out as unreadable.

    One odd entry hides none of the others. VendorGarbled when something essential outside of lists
    is missing, and when no entry of a list can be read.
    """
    try:
        return model.model_validate_json(answer.body), 0
    except ValidationError as error:
        odd = _odd_entries(error)
        if odd is None:
            raise http.garbled() from error
    body = json.loads(answer.body)
    for way, numbers in odd.items():
        entries = body
        for step in way:
            entries = entries[step]
        if len(numbers) == len(entries):
            raise http.garbled()
        entries[:] = [one for number, one in enumerate(entries) if number not in numbers]
    left_out = sum(map(len, odd.values()))
    log.warning("vendor's list has entries that cannot be read", left_out=left_out)
    try:
        return model.model_validate(body), left_out
    except ValidationError as error:
        raise http.garbled() from error


Way = tuple[int | str, ...]
"""The steps from the whole answer to a part of it."""


def _odd_entries(error: ValidationError) -> dict[Way, set[int]] | None:
    """Which entries of which lists are wrong; None when something else is."""
    odd: dict[Way, set[int]] = {}
    for one in error.errors():
        steps: Way = one["loc"]
        at = next((at for at, step in enumerate(steps) if isinstance(step, int)), None)
        if at is None:
            return None
        odd.setdefault(steps[:at], set()).add(int(steps[at]))
    return odd
