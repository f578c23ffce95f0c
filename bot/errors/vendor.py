"""Errors of the vendors: what was asked was not done, or nobody knows."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.errors.base import CallwardenError, Diagnosis


class VendorError(CallwardenError):
    """A vendor did not do, or did not say, what was asked. `vendor` is its key, e.g. `stream`."""

    def __init__(
        self,
        message: str,
        *,
        vendor: str,
        request_id: str | None = None,
        next_step: str | None = None,
        diagnosis: Diagnosis | None = None,
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.vendor = vendor
        self.request_id = request_id
        self.diagnosis = diagnosis


class VendorUnreachable(VendorError):
    """Nothing was sent: the connection could not be made."""

    default_next_step = "Nothing was done there. Try again in a moment."


class BreakerOpen(VendorUnreachable):
    """Not even tried: the vendor failed several times in a row and is given a rest."""


class VendorBusy(VendorError):
    """429: the vendor did not execute the request. `retry_after` is in seconds, None if unsaid."""

    default_next_step = "The vendor asks to slow down. Try again in a minute."

    def __init__(
        self,
        message: str,
        *,
        vendor: str,
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, vendor=vendor, request_id=request_id)
        self.retry_after = retry_after


class NotSent(VendorBusy):
    """Our own queue for the vendor was too long: it was not asked, and nothing is known of it."""

    default_next_step = "Nothing was done there. Try again in a moment."


class VendorRefused(VendorError):
    """A definite 4xx: the vendor did not execute the request. `code` is the vendor's own."""

    default_next_step = "Nothing was done. Open the call to see how it is now."

    def __init__(
        self,
        message: str,
        *,
        vendor: str,
        status: int,
        code: str | None = None,
        request_id: str | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(message, vendor=vendor, request_id=request_id, next_step=next_step)
        self.status = status
        self.code = code


class VendorDenied(VendorRefused):
    """401 or 403: the vendor does not accept our credentials."""

    default_next_step = "Ask an admin to check the vendor's key in the environment."


class NotAtVendor(VendorRefused):
    """404: the vendor knows no such call, person or recording."""

    default_next_step = "It may have ended. List the live calls to see what is there."


class Ambiguous(VendorError):
    """It may or may not have happened: read the vendor before trying again.

    Of an act on everyone, `reached` are those it was sent for before: their names by id.
    """

    reached: Mapping[str, str | None] = MappingProxyType({})
    default_next_step = "Open the call to see whether it happened."


class VendorTimeout(Ambiguous):
    """The total deadline for the request passed."""


class AnswerLost(Ambiguous):
    """The connection broke after the request was sent."""


class VendorFault(Ambiguous):
    """The vendor answered 5xx. `status` is the HTTP status."""

    def __init__(
        self, message: str, *, vendor: str, status: int, request_id: str | None = None
    ) -> None:
        super().__init__(message, vendor=vendor, request_id=request_id)
        self.status = status


class VendorGarbled(Ambiguous):
    """The answer is not what the vendor's document promises: HTML, half a JSON, a null."""


class VendorRedirected(VendorGarbled):
    """3xx: the vendor, or who answers in its place, names another address. It is not followed."""
