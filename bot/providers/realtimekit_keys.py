"""Whether RealtimeKit signed an event: RSA PKCS#1 v1.5 with SHA-256, by its published key."""

import asyncio
import base64
import binascii

import httpx
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, Field

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.network import DIRECT, Network
from bot.providers.answers import Problem
from bot.providers.decode import read
from bot.providers.http import Kind, Transport, Wire

KEY_SECONDS = 86_400.0
"""A key is asked for anew after a day, so that a withdrawn one is not believed for ever."""

RENEWAL_SECONDS = 60.0
"""At most so often is a bad signature taken for a sign that the key was changed."""


class _Pem(BaseModel):
    pem: str = Field(alias="publicKey")


class _Published(BaseModel):
    data: _Pem


class KitSignatures:
    """Keeps the public key; `Signatures` of `bot/ports.py`."""

    def __init__(self, http: Transport, url: str, clock: Clock) -> None:
        self._http = http
        self._url = url
        self._clock = clock
        self._key: RSAPublicKey | None = None
        self._fetched_at = 0.0
        self._asking = asyncio.Lock()

    async def genuine(self, body: bytes, signature: str) -> bool:
        """Whether `signature`, in base64, is RealtimeKit's for these bytes.

        A signature that does not fit may mean a new key: it is asked for, at most once a minute.
        VendorError when it cannot be had, for then nothing is known.
        """
        try:
            raw = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        if is_signed(await self._no_older_than(KEY_SECONDS), body, raw):
            return True
        return is_signed(await self._no_older_than(RENEWAL_SECONDS), body, raw)

    async def probe(self) -> None:
        """Ask for the key now; VendorError when it cannot be had."""
        await self._no_older_than(0)

    async def aclose(self) -> None:
        """Close the connection pool."""
        await self._http.aclose()

    async def _no_older_than(self, seconds: float) -> RSAPublicKey:
        async with self._asking:
            if self._key is None or self._clock.monotonic() - self._fetched_at >= seconds:
                self._key = await self._fetch()
                self._fetched_at = self._clock.monotonic()
            return self._key

    async def _fetch(self) -> RSAPublicKey:
        answer = await self._http.send(Kind.READ, "GET", self._url)
        published = read(self._http, _Published, answer)
        try:
            key = load_pem_public_key(published.data.pem.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise self._http.garbled() from error
        if not isinstance(key, RSAPublicKey):
            raise self._http.garbled()
        return key


def is_signed(key: RSAPublicKey, body: bytes, signature: bytes) -> bool:
    """Whether the holder of the private key signed exactly these bytes."""
    try:
        key.verify(signature, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def kit_signatures(
    url: str,
    clock: Clock,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    rate: float = 1.0,
    network: Network = DIRECT,
) -> KitSignatures:
    """Checks by the key at `url`, on another host than the API and with a breaker of its own.

    `rate` is how often a second it may be asked for, repetitions included.
    """
    host = str(httpx.URL(url).join("/")) if url else ""
    wire = Wire(
        vendor=Vendor.REALTIMEKIT, base_url=host, rate=rate, problem=lambda _: Problem(None, "")
    )
    http = Transport(wire, clock, transport=transport, network=network)
    return KitSignatures(http, url, clock)
