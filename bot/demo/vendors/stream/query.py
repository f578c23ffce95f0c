"""QueryCalls: the filters, sort and cursor that Stream documents; all else is refused."""

import base64
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from pydantic import Field

from bot.demo.vendors.base import ApiRefusal, Body
from bot.demo.vendors.rooms import RoomStay
from bot.demo.vendors.stream.state import StreamCall

RANGE = frozenset({"$eq", "$in", "$gt", "$gte", "$lt", "$lte", "$exists"})
ALLOWED: dict[str, frozenset[str]] = {
    "ongoing": frozenset({"$eq"}),
    "backstage": frozenset({"$eq"}),
    **dict.fromkeys(
        ("id", "cid", "type", "team", "created_by_user_id", "created_at", "updated_at"), RANGE
    ),
    **dict.fromkeys(("starts_at", "ended_at"), RANGE),
}
"""Which operators each filter field takes."""

SORTABLE = ("created_at", "updated_at", "starts_at", "ended_at", "type", "id", "cid")
MOST = 100
USUAL = 25


class Sort(Body):
    """One field to sort by: 1 ascending, -1 descending."""

    field: str = "created_at"
    direction: int = -1


class QueryCalls(Body):
    """The body of QueryCalls."""

    filter_conditions: dict[str, Any] = Field(default_factory=dict)
    sort: list[Sort] = Field(default_factory=list, max_length=2)
    limit: int = Field(default=USUAL, ge=0, le=MOST)
    next: str | None = None
    prev: str | None = None


class QueryFeedback(QueryCalls):
    """The body of QueryUserFeedback."""


class QueryMembers(QueryCalls):
    """The body of QueryCallMembers; no filter is documented."""

    id: str
    type: str


def moment(value: Any) -> datetime:
    """The moment of an RFC 3339 string, as requests carry times; raises ApiRefusal otherwise."""
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ApiRefusal(400, "a time filter takes an RFC 3339 string") from error
    if read.tzinfo is None:
        raise ApiRefusal(400, "a time filter needs a zone")
    return read


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda have, want: bool(have == want),
    "$in": lambda have, want: have in want,
    "$gt": lambda have, want: have is not None and have > want,
    "$gte": lambda have, want: have is not None and have >= want,
    "$lt": lambda have, want: have is not None and have < want,
    "$lte": lambda have, want: have is not None and have <= want,
    "$exists": lambda have, want: (have is not None) is want,
}


def value_of(call: StreamCall, field: str) -> Any:
    """The value of a call in a field that can be filtered or sorted by."""
    values: dict[str, Any] = {
        "ongoing": call.ongoing,
        "backstage": call.backstage,
        "cid": call.id,
        "type": call.id.partition(":")[0],
        "id": call.id.partition(":")[2],
        "created_by_user_id": "backend",
        "created_at": call.created_at,
        "updated_at": call.created_at,
        "ended_at": call.ended_at,
    }
    return values.get(field)


def matches(call: StreamCall, conditions: dict[str, Any]) -> bool:
    """Whether a call fits every condition; ApiRefusal for a field or operator not allowed."""
    return all(_fits(call, field, wanted) for field, wanted in conditions.items())


def _fits(call: StreamCall, field: str, wanted: Any) -> bool:
    if field not in ALLOWED:
        raise ApiRefusal(400, f'QueryCalls failed with error: "cannot filter by {field}"')
    operators = wanted if isinstance(wanted, dict) else {"$eq": wanted}
    for operator, operand in operators.items():
        if operator not in ALLOWED[field]:
            raise ApiRefusal(
                400, f'QueryCalls failed with error: "{field} does not take {operator}"'
            )
        timed = field.endswith("_at") and operator != "$exists"
        if not COMPARE[operator](value_of(call, field), moment(operand) if timed else operand):
            return False
    return True


def ordered(calls: Iterable[StreamCall], sort: list[Sort]) -> list[StreamCall]:
    """The calls in the order asked for, newest first when none is."""
    found = list(calls)
    for rule in reversed(sort or [Sort()]):
        if rule.field not in SORTABLE or rule.direction not in (1, -1):
            raise ApiRefusal(400, f'QueryCalls failed with error: "cannot sort by {rule.field}"')
        found.sort(key=partial(_key, rule.field), reverse=rule.direction == -1)
    return found


def _key(field: str, call: StreamCall) -> tuple[bool, Any]:
    value = value_of(call, field)
    return value is not None, value


T = TypeVar("T")


def page(items: list[T], query: QueryCalls) -> tuple[list[T], dict[str, str]]:
    """One page and the cursors around it; at either end the cursor is absent."""
    size = query.limit or USUAL
    start = _offset(query.next or query.prev)
    cursors = {}
    if start + size < len(items):
        cursors["next"] = _cursor(start + size)
    if start > 0:
        cursors["prev"] = _cursor(max(0, start - size))
    return items[start : start + size], cursors


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"o:{offset}".encode()).decode()


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        place = base64.urlsafe_b64decode(cursor).decode().removeprefix("o:")
    except ValueError as error:
        raise ApiRefusal(400, "the cursor is not one of ours") from error
    if not place.isdecimal():
        raise ApiRefusal(400, "the cursor is not one of ours")
    return int(place)


def present(stay: RoomStay, conditions: dict[str, Any]) -> bool:
    """Whether somebody in the call fits the filters of QueryCallParticipants."""
    have = {"user_id": {stay.visitor.id}, "published_tracks": stay.tracks}
    for field, wanted in conditions.items():
        if field not in have:
            raise ApiRefusal(400, f"cannot filter participants by {field}")
        operators = wanted if isinstance(wanted, dict) else {"$eq": wanted}
        for operator, operand in operators.items():
            if operator not in ("$eq", "$in"):
                raise ApiRefusal(400, f"{field} does not take {operator}")
            if not have[field] & set(operand if isinstance(operand, list) else [operand]):
                return False
    return True
