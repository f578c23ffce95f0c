"""CometChat's webhooks: nothing is signed, so a user and a password are all there is."""

import base64
import hmac
from collections.abc import Mapping

from pydantic import BaseModel, Field, SecretStr

from bot.calls.models import Vendor
from handlers.inbound.bodies import Turned
from handlers.webhooks.vendor_event import Happening, Kind, event

KINDS = {
    "call_started": Kind.STARTED,
    "call_ended": Kind.ENDED,
    "call_participant_joined": Kind.JOINED,
    "call_participant_left": Kind.LEFT,
    "meeting_started": Kind.STARTED,
    "meeting_ended": Kind.ENDED,
    "meeting_participant_joined": Kind.JOINED,
    "meeting_participant_left": Kind.LEFT,
}


class Told(BaseModel):
    """The kind of any event, by which those that are not for us are known."""

    trigger: str


class Session(BaseModel):
    """The call, whose session id is the one to ask for it by."""

    id: str = Field(alias="sessionId", min_length=1)


class InSession(BaseModel):
    """The call of an event that is for us."""

    data: Session


def admit(headers: Mapping[str, str], login: SecretStr | None) -> None:
    """Turned with 401 unless the sender knows `login`, which is `user:password`.

    Without a login nothing is believed. Header names are in lower case.
    """
    if login is None:
        raise Turned(401, "set COMETCHAT_WEBHOOK_AUTH, here and at CometChat, to let it in")
    if not _knows(login.get_secret_value(), headers.get("authorization", "")):
        raise Turned(401, "not the user and password of COMETCHAT_WEBHOOK_AUTH")


def read(body: bytes) -> Happening | None:
    """The event in admitted bytes, None for one that is not for us; Turned when unreadable."""
    kind = KINDS.get(event(Told, body).trigger)
    if kind is None:
        return None
    return Happening(Vendor.COMETCHAT, event(InSession, body).data.id, kind)


def _knows(login: str, authorization: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    wanted = base64.b64encode(login.encode())
    return scheme.lower() == "basic" and hmac.compare_digest(wanted, given.strip().encode())
