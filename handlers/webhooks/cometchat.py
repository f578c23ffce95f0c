"""CometChat's webhooks: nothing is signed, so a user and a password are all there is."""

import base64
import hmac
from collections.abc import Mapping

from pydantic import BaseModel, Field, SecretStr

from bot.calls.models import Vendor
from bot.errors import Rejected
from handlers.webhooks.vendor_event import EventKind, VendorEvent, parse_event

KINDS = {
    "call_started": EventKind.STARTED,
    "call_ended": EventKind.ENDED,
    "call_participant_joined": EventKind.JOINED,
    "call_participant_left": EventKind.LEFT,
    "meeting_started": EventKind.STARTED,
    "meeting_ended": EventKind.ENDED,
    "meeting_participant_joined": EventKind.JOINED,
    "meeting_participant_left": EventKind.LEFT,
}


class AnyEvent(BaseModel):
    """The kind of any event, by which those that are not for us are known."""

    trigger: str


class Session(BaseModel):
    """The call, whose session id is the one to ask for it by."""

    id: str = Field(alias="sessionId", min_length=1)


class InSession(BaseModel):
    """The call of an event that is for us."""

    data: Session


def require_login(headers: Mapping[str, str], login: SecretStr | None) -> None:
    """Raise Rejected, with 401, unless the sender knows `login`, which is `user:password`.

    Without a login nothing is believed. Header names are in lower case.
    """
    if login is None:
        raise Rejected(401, "set COMETCHAT_WEBHOOK_AUTH, here and at CometChat, to let it in")
    if not _knows(login.get_secret_value(), headers.get("authorization", "")):
        raise Rejected(401, "not the user and password of COMETCHAT_WEBHOOK_AUTH")


def read(body: bytes) -> VendorEvent | None:
    """The event in admitted bytes, None for one that is not for us; Rejected when unreadable."""
    kind = KINDS.get(parse_event(AnyEvent, body).trigger)
    if kind is None:
        return None
    return VendorEvent(Vendor.COMETCHAT, parse_event(InSession, body).data.id, kind)


def _knows(login: str, authorization: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    wanted = base64.b64encode(login.encode())
    return scheme.lower() == "basic" and hmac.compare_digest(wanted, given.strip().encode())
