"""RealtimeKit's webhooks: an RSA signature over the raw body."""

import re
from collections.abc import Mapping

from pydantic import BaseModel, Field

from bot.calls.models import Vendor
from bot.errors import Rejected, VendorError
from bot.ports import Signatures
from handlers.webhooks.vendor_event import EventKind, VendorEvent, parse_event

SIGNATURE = "rtk-signature"

_BASE64 = re.compile(r"[A-Za-z0-9+/]{4,4096}={0,2}")

KINDS = {
    "meeting.started": EventKind.STARTED,
    "meeting.ended": EventKind.ENDED,
    "meeting.participantJoined": EventKind.JOINED,
    "meeting.participantLeft": EventKind.LEFT,
}


class AnyEvent(BaseModel):
    """The kind of any event, by which those that are not for us are known."""

    event: str


class Meeting(BaseModel):
    """The lasting room, whose id is the one acts take."""

    id: str = Field(min_length=1)


class InMeeting(BaseModel):
    """The room of an event that is for us."""

    meeting: Meeting


def require_signature(headers: Mapping[str, str]) -> None:
    """Raise Rejected, with 401, where there is no signature that a body could make good.

    Header names are in lower case.
    """
    if not _BASE64.fullmatch(headers.get(SIGNATURE, "")):
        raise Rejected(401, "not signed")


async def require_signed(body: bytes, signature: str, signatures: Signatures) -> None:
    """Raise Rejected: with 401 for a bad signature, with 503 when it cannot be checked.

    RealtimeKit tries again after a 5xx only: a 4xx for trouble of our own would lose the event.
    """
    try:
        genuine = await signatures.genuine(body, signature)
    except VendorError as error:
        raise Rejected(503, f"the public key is not to be had: {error}") from error
    if not genuine:
        raise Rejected(401, "not signed by RealtimeKit")


def read(body: bytes) -> VendorEvent | None:
    """The event in verified bytes, None for one that is not for us; Rejected when unreadable."""
    kind = KINDS.get(parse_event(AnyEvent, body).event)
    if kind is None:
        return None
    return VendorEvent(Vendor.REALTIMEKIT, parse_event(InMeeting, body).meeting.id, kind)
