"""Whether RealtimeKit signed an event: RSA PKCS#1 v1.5 with SHA-256, by its published key."""

import asyncio
import base64
import binascii
from urllib.parse import urljoin

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, Field

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.errors import VendorError, VendorTimeout
from bot.providers.http.answers import VendorProblem
from bot.providers.http.client import Connect, HttpClient, VendorEndpoint
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency

KEY_SECONDS = 86_400.0
"""A key is asked for anew after a day, so that a withdrawn one is not believed for ever."""

RENEWAL_SECONDS = 60.0
"""At most so often is a bad signature taken for a sign that the key was changed."""

WAIT_SECONDS = 1.0
"""How long an event waits for a key that is on its way; RealtimeKit sends it again after a 5xx."""

AWAY_SECONDS = 5.0
"""For so long a key that was not to be had is taken to be so still."""


class _Pem(BaseModel):
    pem: str = Field(alias="publicKey")


class _Published(BaseModel):
    data: _Pem


class RealtimeKitSignatures:
    """`Signatures` by RealtimeKit's published key, which is fetched when it is needed and kept.

    All events that need the key wait for one fetch, none of them for longer than `wait` seconds; an
    event that the key at hand fits does not wait. For a while after a fetch that failed none is
    begun.
    """

    def __init__(
        self, http: HttpClient, url: str, clock: Clock, wait: float = WAIT_SECONDS
    ) -> None:
        self._http = http
        self._url = url
        self._clock = clock
        self._wait = wait
        self._key: RSAPublicKey | None = None
        self._fetched_at = 0.0
        self._failure: VendorError | None = None
        self._failed_at = 0.0
        self._fetching: asyncio.Task[RSAPublicKey] | None = None

    async def genuine(self, body: bytes, signature: str) -> bool:
        """Whether `signature`, in base64, is RealtimeKit's for these bytes.

        A signature that does not fit may mean a new key: it is asked for, at most once a minute.
        VendorError when it cannot be had, or not yet, for then nothing is known.
        """
        try:
            raw = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        if is_signed(await self._no_older_than(KEY_SECONDS), body, raw):
            return True
        return is_signed(await self._no_older_than(RENEWAL_SECONDS), body, raw)

    async def probe(self) -> None:
        """Ask for the key now, however long that takes; VendorError when it cannot be had."""
        await asyncio.shield(self._fetch_shared())

    async def aclose(self) -> None:
        """Give up what is being fetched, and close the connection pool."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})
        await self._http.aclose()

    async def _no_older_than(self, seconds: float) -> RSAPublicKey:
        now = self._clock.monotonic()
        if self._key is not None and now - self._fetched_at < seconds:
            return self._key
        if self._failure is not None and now - self._failed_at < AWAY_SECONDS:
            raise self._failure.with_traceback(None)
        fetching = self._fetch_shared()
        done, _ = await asyncio.wait({fetching}, timeout=self._wait)
        if not done:
            raise VendorTimeout("The key has not come yet.", vendor=Vendor.REALTIMEKIT)
        return fetching.result()

    def _fetch_shared(self) -> asyncio.Task[RSAPublicKey]:
        """The fetch that is under way, or a new one."""
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._renew(), name="webhook key")
            self._fetching.add_done_callback(self._on_fetched)
        return self._fetching

    def _on_fetched(self, fetching: asyncio.Task[RSAPublicKey]) -> None:
        """Whoever waited may be gone: what went wrong is kept for those who ask next."""
        self._fetching = None
        if fetching.cancelled():
            return
        error = fetching.exception()
        if isinstance(error, VendorError):
            self._failure, self._failed_at = error, self._clock.monotonic()

    async def _renew(self) -> RSAPublicKey:
        self._key = await self._fetch()
        self._fetched_at, self._failure = self._clock.monotonic(), None
        return self._key

    async def _fetch(self) -> RSAPublicKey:
        answer = await self._http.send(Idempotency.READ, "GET", self._url)
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


def realtimekit_signatures(
    url: str,
    clock: Clock,
    *,
    connect: Connect,
    rate: float = 1.0,
    wait: float = WAIT_SECONDS,
) -> RealtimeKitSignatures:
    """Make what checks signatures by the key at `url`: another host than the API, its own breaker.

    `rate` is how often a second the key may be asked for, repetitions included; `wait` is how many
    seconds an event waits for it.
    """
    host = urljoin(url, "/") if url else ""
    endpoint = VendorEndpoint(
        vendor=Vendor.REALTIMEKIT,
        base_url=host,
        rate=rate,
        problem=lambda _: VendorProblem(None, ""),
    )
    return RealtimeKitSignatures(connect(endpoint), url, clock, wait)
