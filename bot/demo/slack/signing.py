"""How a request from Slack is sealed, and three ways in which it is not from Slack."""

import enum
import hashlib
import hmac

from bot.clock import Clock

TOO_OLD = 6 * 60
"""Seconds; Slack's advice is to refuse what is older than five minutes."""


class Signature(enum.Enum):
    """What the signature is like."""

    GOOD = "good"
    NONE = "none"
    BAD = "bad"
    OLD = "old"


def headers(seal: Signature, secret: str, body: bytes, clock: Clock) -> dict[str, str]:
    """The signature's headers: v0, HMAC-SHA256 over `v0:{time}:{raw body}`."""
    if seal is Signature.NONE:
        return {}
    stamp = int(clock.now().timestamp()) - (TOO_OLD if seal is Signature.OLD else 0)
    key = f"not-{secret}" if seal is Signature.BAD else secret
    base = b"v0:%d:%s" % (stamp, body)
    signature = hmac.new(key.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": f"v0={signature}"}
