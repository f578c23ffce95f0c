"""Stream Video's webhooks: HMAC-SHA256 over the uncompressed body, which may come as gzip."""

import hashlib
import hmac
import re
import zlib
from collections.abc import Mapping

from pydantic import BaseModel, Field

from bot.calls.models import Vendor
from handlers.inbound.bodies import MOST_BYTES, Turned
from handlers.webhooks.vendor_event import Happening, Kind, event

SIGNATURE = "x-signature"

_SIGNATURE = re.compile(r"[0-9a-f]{64}")

GZIP = b"\x1f\x8b"
_GZIP_CONTAINER = 31
"""zlib's window bits for a gzip header and the largest window."""

KINDS = {
    "call.session_started": Kind.STARTED,
    "call.session_ended": Kind.ENDED,
    "call.ended": Kind.ENDED,
    "call.session_participant_joined": Kind.JOINED,
    "call.session_participant_left": Kind.LEFT,
    "call.kicked_user": Kind.REMOVED,
    "call.blocked_user": Kind.REMOVED,
    "call.unblocked_user": Kind.READMITTED,
}


class Told(BaseModel):
    """The kind of any event, by which those that are not for us are known."""

    type: str


class InCall(BaseModel):
    """The call of an event that is for us, as `type:id`."""

    call_cid: str = Field(min_length=1)


def admit(headers: Mapping[str, str]) -> None:
    """Turned with 401 where there is no signature that a body could make good.

    Header names are in lower case.
    """
    if not _SIGNATURE.fullmatch(headers.get(SIGNATURE, "")):
        raise Turned(401, "not signed")


def read(body: bytes, headers: Mapping[str, str], secret: str) -> Happening | None:
    """The event, None for one that is not for us; Turned when it is not Stream's or unreadable.

    `secret` is the API secret. Header names are in lower case.
    """
    told = plain(body)
    signed = hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signed.encode(), headers.get(SIGNATURE, "").encode()):
        raise Turned(401, "not signed with STREAM_API_SECRET")
    kind = KINDS.get(event(Told, told).type)
    if kind is None:
        return None
    return Happening(Vendor.STREAM, event(InCall, told).call_cid, kind)


def plain(body: bytes) -> bytes:
    """The bytes that were signed; Turned when they would be too many or the gzip is broken."""
    if not body.startswith(GZIP):
        return body
    unpacking = zlib.decompressobj(_GZIP_CONTAINER)
    try:
        told = unpacking.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise Turned(400, "broken gzip") from error
    if len(told) > MOST_BYTES:
        raise Turned(413, "too long when unpacked")
    if not unpacking.eof:
        raise Turned(400, "broken gzip")
    return told
