"""Stream Video's webhooks: HMAC-SHA256 over the uncompressed body, which may come as gzip."""

import hashlib
import hmac
import re
import zlib
from collections.abc import Mapping

from pydantic import BaseModel, Field

from bot.calls.models import Vendor
from bot.errors import Rejected
from handlers.inbound.bodies import MOST_BYTES
from handlers.webhooks.vendor_event import EventKind, VendorEvent, parse_event

SIGNATURE = "x-signature"

_SIGNATURE = re.compile(r"[0-9a-f]{64}")

GZIP = b"\x1f\x8b"
_GZIP_CONTAINER = 31
"""zlib's window bits for a gzip header and the largest window."""

KINDS = {
    "call.session_started": EventKind.STARTED,
    "call.session_ended": EventKind.ENDED,
    "call.ended": EventKind.ENDED,
    "call.session_participant_joined": EventKind.JOINED,
    "call.session_participant_left": EventKind.LEFT,
    "call.kicked_user": EventKind.REMOVED,
    "call.blocked_user": EventKind.REMOVED,
    "call.unblocked_user": EventKind.READMITTED,
}


class AnyEvent(BaseModel):
    """The kind of any event, by which those that are not for us are known."""

    type: str


class InCall(BaseModel):
    """The call of an event that is for us, as `type:id`."""

    call_cid: str = Field(min_length=1)


def require_signature(headers: Mapping[str, str]) -> None:
    """Raise Rejected, with 401, where there is no signature that a body could make good.

    Header names are in lower case.
    """
    if not _SIGNATURE.fullmatch(headers.get(SIGNATURE, "")):
        raise Rejected(401, "not signed")


def read(body: bytes, headers: Mapping[str, str], secret: str) -> VendorEvent | None:
    """The event, None for one that is not for us; Rejected when it is not Stream's or unreadable.

    `secret` is the API secret. Header names are in lower case.
    """
    unpacked_body = unpacked(body)
    signed = hmac.new(secret.encode(), unpacked_body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signed.encode(), headers.get(SIGNATURE, "").encode()):
        raise Rejected(401, "not signed with STREAM_API_SECRET")
    kind = KINDS.get(parse_event(AnyEvent, unpacked_body).type)
    if kind is None:
        return None
    return VendorEvent(Vendor.STREAM, parse_event(InCall, unpacked_body).call_cid, kind)


def unpacked(body: bytes) -> bytes:
    """The bytes that were signed; Rejected when they would be too many or the gzip is broken."""
    if not body.startswith(GZIP):
        return body
    unpacking = zlib.decompressobj(_GZIP_CONTAINER)
    try:
        unpacked_body = unpacking.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise Rejected(400, "broken gzip") from error
    if len(unpacked_body) > MOST_BYTES:
        raise Rejected(413, "too long when unpacked")
    if not unpacking.eof:
        raise Rejected(400, "broken gzip")
    return unpacked_body
