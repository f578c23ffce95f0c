"""Stored JSON read back: rows may be of a newer or an older release that runs beside this one.

Fields that this release does not know are ignored. What it cannot understand (a verb, a state, an
option of a verb) is `OtherRelease`: nothing is guessed, least of all what an act does.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.errors import OtherRelease

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R")
T = TypeVar("T")


def read_json(model: type[M], text: str | bytes) -> M:
    """The value that was written; ValueError where this release cannot understand it."""
    return model.model_validate_json(text, extra="ignore")


def read_many(adapter: TypeAdapter[T], text: str) -> T:
    """The same for what is no model of its own."""
    return adapter.validate_json(text, extra="ignore")


@contextmanager
def other_release_errors(what: str) -> Iterator[None]:
    """OtherRelease, naming `what` a row is, where something in it cannot be understood."""
    try:
        yield
    except ValueError as error:
        raise OtherRelease(
            f"{what} was made by another release of Callwarden and cannot be shown here.",
            why=_why(error),
        ) from None  # a chained error would tell the log what stands in the row


def each_by_itself(do: Callable[[R], T], requests: Sequence[R]) -> Sequence[T | OtherRelease]:
    """What `do` makes of each, or why a row that it needs cannot be read: the others go on."""
    return [_or_error(do, request) for request in requests]


def _or_error(do: Callable[[R], T], request: R) -> T | OtherRelease:
    try:
        return do(request)
    except OtherRelease as error:
        return error


def _why(error: ValueError) -> str:
    """Which fields, and what is expected there; never what stands in them."""
    if not isinstance(error, ValidationError):
        return str(error)
    told = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, details['loc']))}: {details['msg']}" for details in told)
