"""How Slack's requests are known to be its own (authentication/verifying-requests-from-slack)."""

import re
from typing import NamedTuple

from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request

from bot.clock import Clock
from bot.clock_skew import SIGNATURE_SECONDS
from bot.errors import Rejected

TIMESTAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"

DAY_SECONDS = 86_400
"""A clock that is further off than this is no clock; what is older is a repetition."""

_SECONDS = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class RequestSignature(NamedTuple):
    """What a request says of its own signature; not verified yet."""

    timestamp: str
    signature: str


class TooLate(Rejected):
    """The rejection of a request that is too old, unless our own clock is wrong."""

    def __init__(self, claimed: RequestSignature) -> None:
        super().__init__(401, "signed more than 5 minutes ago, or by another clock")
        self.claimed = claimed


class SlackSignatures:
    """Verifies what the holder of the signing secret sent within the last five minutes."""

    def __init__(self, signing_secret: str, clock: Clock) -> None:
        self._clock = clock
        self._secret = signing_secret
        self._verifier = SignatureVerifier(signing_secret, _Now(clock))

    def read(self, request: Request) -> RequestSignature:
        """The signature by the headers. Raises Rejected, 401, where no body could make it good.

        So whoever has no signature, or an old one, is refused before the body is read.
        """
        timestamp, signature = request.headers.get(TIMESTAMP), request.headers.get(SIGNATURE)
        if timestamp is None or signature is None:
            raise Rejected(401, "not signed")
        if not (_SECONDS.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
            raise Rejected(401, "a signature that cannot be read")
        claimed = RequestSignature(timestamp, signature)
        if self._seconds_off(claimed) > SIGNATURE_SECONDS:
            raise TooLate(claimed)
        return claimed

    def was_signed(self, late: TooLate, body: bytes) -> bool:
        """Whether Slack signed that at some time within a day: then our clock may be wrong."""
        if self._seconds_off(late.claimed) > DAY_SECONDS:
            return False
        verifier = SignatureVerifier(self._secret, _At(float(late.claimed.timestamp)))
        try:
            return bool(verifier.is_valid(body, late.claimed.timestamp, late.claimed.signature))
        except UnicodeDecodeError:
            return False

    def _seconds_off(self, claimed: RequestSignature) -> float:
        return abs(self._clock.now().timestamp() - int(claimed.timestamp))

    def require_signed(self, claimed: RequestSignature, body: bytes) -> None:
        """Raise Rejected, with 401, unless Slack signed exactly these bytes."""
        try:
            genuine = self._verifier.is_valid(body, claimed.timestamp, claimed.signature)
        except UnicodeDecodeError as error:  # Slack sends UTF-8, and the verifier reads no other
            raise Rejected(401, "a signature that cannot be read") from error
        if not genuine:
            raise Rejected(401, "signed with another secret")


class _At(SignatureClock):
    """A clock that stands still."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds


class _Now(SignatureClock):
    """Our clock, as the SDK asks it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()
