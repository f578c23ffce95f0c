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
    """The model in `text`. Raises ValueError where this release cannot understand it."""
    return model.model_validate_json(text, extra="ignore")


def read_many(adapter: TypeAdapter[T], text: str) -> T:
    """The value in `text` for a type that is no model. Raises ValueError as `read_json`."""
    return adapter.validate_json(text, extra="ignore")


@contextmanager
def other_release_errors(what: str) -> Iterator[None]:
    """Raise OtherRelease for any ValueError in here; `what` names the row for people."""
    try:
        yield
    except ValueError as error:
        raise OtherRelease(
            f"{what} was made by another release of Callwarden and cannot be shown here.",
            why=_why(error),
        ) from None  # a chained error would tell the log what stands in the row


def each_by_itself(do: Callable[[R], T], requests: Sequence[R]) -> Sequence[T | OtherRelease]:
    """What `do` returns for each request, or the OtherRelease it raises: the others go on."""
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
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors)
