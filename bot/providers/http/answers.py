"""Reading a vendor's response: its bytes as an Answer, or one of our typed errors."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

import httpx

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.errors import (
    AnswerLost,
    BodyUnreadable,
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorError,
    VendorFault,
    VendorGarbled,
    VendorRedirected,
    VendorRefused,
)
from bot.providers.http.redact import Redactor
from bot.providers.http.salvage import BoundedBody
from bot.responses import Inflater, retry_after, status_phrase

TRY_AGAIN = "Try again in a moment."
"""What to do when a vendor does not say what it was asked: reading changes nothing."""

LARGEST_REFUSAL = 64 * 1024
"""Bytes of a refusal that are read; its status says as much as there is to know without them."""

LONGEST_WORD = 100
"""Characters of a vendor's code or id of a request that are kept."""

CLIENT_CLOSED = {460, 499}
"""What load balancers say of a client that went away: what they passed on may have been done."""


class VendorProblem(NamedTuple):
    """What a vendor's error body says: the vendor's own code, and words.

    `denied` is whether the code is about our credentials, whatever the status; `mend` is what to do
    then, where it is not the key.
    """

    code: str | None
    message: str
    denied: bool = False
    mend: str | None = None


class VendorAnswer(NamedTuple):
    """A 2xx response: its bytes, the vendor's id for the request where it gives one, and the tries.

    `read` is whether the request could change nothing.
    """

    body: bytes
    request_id: str | None
    attempts: int
    status: int = HTTPStatus.OK
    read: bool = False


@dataclass(frozen=True)
class AnswerReader:
    """Reads one vendor's responses; `problem` reads its error bodies."""

    vendor: Vendor
    problem: Callable[[bytes], VendorProblem]
    request_id_header: str | None
    redact: Redactor
    clock: Clock

    async def read(self, response: httpx.Response, attempt: int) -> VendorAnswer:
        """The answer, where the status is 2xx; at most 8 MiB of it are kept, however it was packed.

        Raises the VendorError that fits any other status, VendorGarbled for a body that cannot be
        read, and httpx.TransportError when the connection breaks.
        """
        request_id = self._request_id(response)
        if not response.is_success:
            raise await self._error_for(response, request_id)
        try:
            body = await self._body(response)
        except BodyUnreadable as error:
            raise self.garbled() from error
        return VendorAnswer(body, request_id, attempt, response.status_code)

    def garbled(self, why: str = "sent an answer that cannot be read") -> VendorGarbled:
        """An error for an answer that is not as the vendor documents it; it is not raised here."""
        return VendorGarbled(f"{self.vendor.label} {why}.", vendor=self.vendor)

    async def _body(self, response: httpx.Response) -> bytes:
        body = BoundedBody(self.clock)
        async for piece in _decoded(response):
            await body.feed(piece)
        return body.end()

    def _request_id(self, response: httpx.Response) -> str | None:
        header = self.request_id_header
        return response.headers.get(header, "")[:LONGEST_WORD] or None if header else None

    async def _error_for(self, response: httpx.Response, request_id: str | None) -> VendorError:
        """The error for an answer that is no 2xx, by the first digit of its status.

        A status that no standard names counts as the first of its hundred, and what is no status
        at all as an internal error (RFC 9110, section 15).
        """
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._busy(response, request_id)
        if status in CLIENT_CLOSED:
            return self._cut_off(status, request_id)
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._refused(status, await self._read_problem(response), request_id)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return self._redirected(status, request_id)
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return self.garbled()
        return self._fault(status, request_id)

    async def _read_problem(self, response: httpx.Response) -> VendorProblem:
        """What a refusal says beside its status, as far as it can be read."""
        body = bytearray()
        try:
            async for piece in _decoded(response):
                body += piece
                if len(body) > LARGEST_REFUSAL:
                    break
        except (BodyUnreadable, httpx.TransportError):
            return VendorProblem(None, "")
        return self.problem(bytes(body))

    def _redirected(self, status: int, request_id: str | None) -> VendorRedirected:
        return VendorRedirected(
            f"{self.vendor.label} sends us to another address ({status}), which is not followed.",
            vendor=self.vendor,
            request_id=request_id,
        )

    def _cut_off(self, status: int, request_id: str | None) -> AnswerLost:
        return AnswerLost(
            f"{self.vendor.label} did not answer: a gateway before it broke off ({status}).",
            vendor=self.vendor,
            request_id=request_id,
        )

    def _busy(self, response: httpx.Response, request_id: str | None) -> VendorBusy:
        return VendorBusy(
            f"{self.vendor.label} is too busy.",
            vendor=self.vendor,
            retry_after=retry_after(response.headers, self.clock.now()),
            request_id=request_id,
        )

    def _fault(self, status: int, request_id: str | None) -> VendorFault:
        return VendorFault(
            f"{self.vendor.label} had an internal error ({status}).",
            vendor=self.vendor,
            status=status,
            request_id=request_id,
        )

    def _refused(
        self, status: int, problem: VendorProblem, request_id: str | None
    ) -> VendorRefused:
        words = self.redact(problem.message) or status_phrase(status)
        ours = problem.denied or status == HTTPStatus.UNAUTHORIZED
        said = "does not accept our credentials" if ours else "refused"
        return _refusal_class(status, ours=ours)(
            f"{self.vendor.label} {said}: {words}",
            vendor=self.vendor,
            status=status,
            code=problem.code[:LONGEST_WORD] if problem.code else None,
            request_id=request_id,
            next_step=problem.mend,
        )


async def _decoded(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body in pieces, decoded by us: httpx decodes all that one packet unfolds to at once.

    BodyUnreadable where that cannot be done. What a transport has read itself is taken as it is.
    """
    if response.is_stream_consumed:
        yield response.content
        return
    inflater = Inflater(response.headers.get_list("Content-Encoding"))
    async for data in response.aiter_raw():
        for piece in inflater.feed(data):
            yield piece
    inflater.require_end()


def _refusal_class(status: int, *, ours: bool) -> type[VendorRefused]:
    if ours or status == HTTPStatus.FORBIDDEN:
        return VendorDenied
    return NotAtVendor if status == HTTPStatus.NOT_FOUND else VendorRefused
