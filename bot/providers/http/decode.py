"""Decoding what vendors send: only needed fields, with unknown values and nulls let through."""

from datetime import UTC, date, datetime, timedelta
from types import GenericAlias
from typing import Annotated, Any, TypeVar, get_args

import structlog
from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import ErrorDetails, core_schema

from bot.errors import BodyUnreadable
from bot.providers.http.answers import TRY_AGAIN, VendorAnswer
from bot.providers.http.client import HttpClient
from bot.providers.http.salvage import without_unreadable

log = structlog.get_logger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_NANOSECONDS_FROM = 10**17
_MOST = 10**12


def moment(value: Any) -> datetime | None:
    """A vendor's time as UTC; None for what is no time, and for one before 1970 or after 2100.

    Integers of 1e17 and more are Unix nanoseconds, smaller ones seconds; strings are RFC 3339. A
    time is never essential, and a wrong one is worse than none.
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


class LenientList(list[T]):
    """A list without the entries that cannot be read: one odd entry hides none of the others.

    `unreadable` counts those left out. Null is an empty list. One of which no entry can be read is
    itself unreadable.
    """

    unreadable: int = 0

    @property
    def sent(self) -> int:
        """How many entries the vendor's list has."""
        return len(self) + self.unreadable

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """As a list of the same entries, one by one where it cannot be read at once."""
        (entry,) = get_args(source)
        schema = handler.generate_schema(GenericAlias(list, entry))
        return core_schema.no_info_wrap_validator_function(cls._read, schema)

    @classmethod
    def _read(cls, value: Any, read_on: ValidatorFunctionWrapHandler) -> "LenientList[Any]":
        if value is None:
            return cls()
        try:
            return cls(read_on(value))
        except ValidationError:
            if not isinstance(value, list):
                raise
        known: LenientList[Any] = cls()
        for entry in value:
            try:
                known += read_on([entry])
            except ValidationError:
                known.unreadable += 1
        known.require_some()
        log.warning("entries not read", left_out=known.unreadable)
        return known

    def require_some(self) -> None:
        """Raise ValueError where no entry can be read: such a list is no empty one."""
        if not self:
            raise ValueError("no entry can be read")


class CountedList(LenientList[T]):
    """A LenientList whose reader tells how many are `unreadable`, so that all entries may be."""

    def require_some(self) -> None:
        """Raise no ValueError: whoever reads the list tells of the unreadable ones."""


def day(value: str | None) -> date | None:
    """The day a report is of, from `2026-11-21` with or without a time; None when unreadable."""
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST:
        raise ValueError("no number of anything")
    return value


def _whole_number(value: Any) -> int:
    return int(_number(value))


Count = Maybe[Annotated[int, BeforeValidator(_whole_number)]]
"""How many of something, None for anything that is no number of things."""

Amount = Maybe[Annotated[float, BeforeValidator(_number)]]
"""How much of something, None for anything that is no amount."""

M = TypeVar("M", bound=BaseModel)

NO_JSON = "json_invalid"
"""Pydantic's word for a text that is no JSON."""

LONGEST_REASON = 200
"""Characters of what is wrong with an answer."""


def read(http: HttpClient, model: type[M], answer: VendorAnswer) -> M:
    """The answer decoded as `model`; raises VendorGarbled when something essential is missing.

    Where no JSON reader takes it, it is read without the entries of its lists that are the reason.
    """
    found: M | ValidationError | BodyUnreadable = _validated(model, answer.body)
    if isinstance(found, ValidationError) and _first_error(found)["type"] == NO_JSON:
        found = _validated_in_part(model, answer.body)
    if isinstance(found, model):
        return found
    garbled = http.garbled()
    if answer.read:
        garbled.next_step = TRY_AGAIN
    raise garbled from _Unread(found)


def _validated(model: type[M], body: bytes) -> M | ValidationError:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        return error


def _validated_in_part(model: type[M], body: bytes) -> M | ValidationError | BodyUnreadable:
    try:
        return _validated(model, without_unreadable(body))
    except BodyUnreadable as error:
        return error


class _Unread(Exception):
    """What is wrong with an answer, without what stands in it: links and stream keys do."""

    def __init__(self, why: object) -> None:
        reason = str(why)
        if isinstance(why, ValidationError):
            first = _first_error(why)
            reason = f"{'.'.join(map(str, first['loc']))}: {first['type']}"
        super().__init__(reason[:LONGEST_REASON])


def _first_error(error: ValidationError) -> ErrorDetails:
    return error.errors(include_url=False, include_input=False, include_context=False)[0]
