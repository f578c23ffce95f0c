"""Putting a name or an id into the path of a request."""

from http import HTTPStatus
from urllib.parse import quote

from bot.calls.models import Vendor
from bot.errors import NotAtVendor


def path_segment(text: str, vendor: Vendor, otherwise: str) -> str:
    """`text` quoted as one step of a path, slashes and all.

    Raises NotAtVendor, in the words of `otherwise`, for what would lead to another path: nothing,
    or dots, which RFC 3986 (section 5.2.4) has every client resolve.
    """
    if text in {"", ".", ".."}:
        raise NotAtVendor(otherwise, vendor=vendor, status=HTTPStatus.NOT_FOUND)
    return quote(text, safe="")
