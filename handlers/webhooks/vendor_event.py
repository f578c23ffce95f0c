"""What happened in a call, as every vendor can be told."""

from enum import StrEnum
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from bot.calls.models import Vendor
from bot.errors import Rejected

M = TypeVar("M", bound=BaseModel)


class EventKind(StrEnum):
    """What changes who is in a call. Whatever else vendors tell is not for us."""

    STARTED = "started"
    ENDED = "ended"
    JOINED = "joined"
    LEFT = "left"
    REMOVED = "removed"
    READMITTED = "readmitted"


class VendorEvent(NamedTuple):
    """One verified event. `call_id` is `CallRef.id`."""

    vendor: Vendor
    call_id: str
    kind: EventKind


def parse_event(model: type[M], body: bytes) -> M:
    """The event in verified bytes, read as `model`. Raises Rejected, with 400, when it is none.

    No vendor is told to repeat it: the same bytes would be as unreadable the next time.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise Rejected(400, "not an event this vendor documents") from error
