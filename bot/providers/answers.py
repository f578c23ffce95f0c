"""What a vendor answered: the bytes of a response, read as an Answer or raised as a typed error."""

import email.utils
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from http import HTTPStatus
from typing import NamedTuple

import httpx

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.errors import (
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorError,
    VendorFault,
    VendorGarbled,
    VendorRefused,
)
from bot.providers.redact import Redactor

UNREAD = "Try again in a moment."
"""What to do when a vendor does not say what it was asked: reading changes nothing."""

LARGEST = 8 * 1024 * 1024
"""Bytes of an answer that are read before it is given up."""


class Problem(NamedTuple):
    """What a vendor's error body says: its own code, and words."""

    code: str | None
    message: str


class Answer(NamedTuple):
    """A 2xx: its bytes, the vendor's id for the request where it gives one, and the tries.

    `read` is whether the request could change nothing.
    """

    body: bytes
    request_id: str | None
    attempts: int
    status: int = HTTPStatus.OK
    read: bool = False


@dataclass(frozen=True)
class AnswerReader:
    """Reads one vendor's responses; `problem` tells its error bodies."""

    vendor: Vendor
    problem: Callable[[bytes], Problem]
    request_id_header: str | None
    redact: Redactor
    clock: Clock

    async def read(self, response: httpx.Response, attempt: int) -> Answer:
        """The answer, where it is a 2xx; any other raises its VendorError.

        VendorGarbled for one that cannot be read; httpx.TransportError when it breaks off.
        """
        try:
            body = await self._body(response)
        except httpx.DecodingError as error:
            raise self.garbled() from error
        request_id = self._request_id(response)
        if response.is_success:
            return Answer(body, request_id, attempt, response.status_code)
        raise self._refusal(response, body, request_id)

    def garbled(self, why: str = "sent an answer that cannot be read") -> VendorGarbled:
        """The error for an answer that is not what the vendor's document promises."""
        return VendorGarbled(f"{self.vendor.label} {why}.", vendor=self.vendor)

    async def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST:
                raise self.garbled()
        return bytes(body)

    def _request_id(self, response: httpx.Response) -> str | None:
        header = self.request_id_header
        return response.headers.get(header) if header else None

    def _refusal(
        self, response: httpx.Response, body: bytes, request_id: str | None
    ) -> VendorError:
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._busy(response, request_id)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._fault(status, request_id)
        if status < HTTPStatus.BAD_REQUEST:
            return self.garbled()
        return self._no(status, body, request_id)

    def _busy(self, response: httpx.Response, request_id: str | None) -> VendorBusy:
        return VendorBusy(
            f"{self.vendor.label} is too busy.",
            vendor=self.vendor,
            retry_after=self._retry_after(response),
            request_id=request_id,
        )

    def _fault(self, status: int, request_id: str | None) -> VendorFault:
        return VendorFault(
            f"{self.vendor.label} had an internal error ({status}).",
            vendor=self.vendor,
            status=status,
            request_id=request_id,
        )

    def _no(self, status: int, body: bytes, request_id: str | None) -> VendorRefused:
        problem = self.problem(body)
        words = self.redact(problem.message) or HTTPStatus(status).phrase
        return _refused_as(status)(
            f"{self.vendor.label} refused: {words}",
            vendor=self.vendor,
            status=status,
            code=problem.code,
            request_id=request_id,
        )

    def _retry_after(self, response: httpx.Response) -> float | None:
        said = response.headers.get("Retry-After", "")
        if said.isascii() and said.isdigit():
            return float(said)
        try:
            when = email.utils.parsedate_to_datetime(said)
        except ValueError:
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (aware - self.clock.now()).total_seconds())


def _refused_as(status: int) -> type[VendorRefused]:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return VendorDenied
    return NotAtVendor if status == HTTPStatus.NOT_FOUND else VendorRefused
