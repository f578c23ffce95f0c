"""Events as the vendors send them, signed as they sign them."""

import asyncio
import base64
import hashlib
import hmac
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LOGIN = "callwarden:s3same"

STREAM_LEFT = (
    b'{"type": "call.session_participant_left", "created_at": 1778198400000000000,'
    b' "call_cid": "default:room-7", "session_id": "s-1"}'
)
KIT_LEFT = (
    b'{"event":"meeting.participantLeft","meeting":{"id":"m-1","sessionId":"s-1"},'
    b' "participant":{"peerId":"p-1"}}'
)
COMET_LEFT = (
    b'{"trigger":"meeting_participant_left","data":{"occupant":{"joined_at":1763719200,'
    b'"name":"Mary"},"sessionId":"v1.us.x"},"type":"meet","appId":"APP"}'
)


def new_key() -> rsa.RSAPrivateKey:
    """A key of a vendor; small, since it guards nothing."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def by_stream(body: bytes, secret: str) -> dict[str, str]:
    """Stream's signature of these (uncompressed) bytes."""
    return {"x-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def by_kit(body: bytes, key: rsa.RSAPrivateKey) -> dict[str, str]:
    """RealtimeKit's signature of these bytes."""
    signed = key.sign(body, padding.PKCS1v15(), SHA256())
    return {"rtk-signature": base64.b64encode(signed).decode()}


def by_comet(login: str = LOGIN) -> dict[str, str]:
    """CometChat's HTTP Basic."""
    return {"authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


class Cloudflare:
    """The host of the public key. `status` or `said` is what it answers instead.

    It answers nothing while `silent`.
    """

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.key = key
        self.asked = 0
        self.status = 200
        self.said: Any = None
        self.silent = False
        self._speak = asyncio.Event()
        self._asking: asyncio.Queue[int] = asyncio.Queue()

    async def heard(self, number: int) -> None:
        """Wait until it was asked so often."""
        while await self._asking.get() < number:
            pass

    def speak(self) -> None:
        """Answer those who wait, and everybody from now on."""
        self.silent = False
        self._speak.set()

    async def __call__(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        self._asking.put_nowait(self.asked)
        if self.silent:
            await self._speak.wait()
        form = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        pem = self.key.public_key().public_bytes(*form).decode()
        said = {"data": {"publicKey": pem}} if self.said is None else self.said
        return httpx.Response(self.status, json=said)
