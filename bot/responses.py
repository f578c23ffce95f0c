"""Reading HTTP answers, whoever sends them: decompressing, repairing JSON, dates and waits."""

import email.utils
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import MAXYEAR, UTC, datetime
from http import HTTPStatus

from bot.errors import BodyUnreadable

ACCEPT_ENCODING = "gzip"
"""The one encoding that is taken; sent as `Accept-Encoding` with every request."""

SHORTEST_WAIT, LONGEST_WAIT = 0.5, 300.0
"""Seconds: what is believed of a `Retry-After`, so that nobody is hammered or waited for a day."""

_STEP = 64 * 1024
"""Bytes that are inflated at once."""

_GZIP = zlib.MAX_WBITS | 16
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}(\\u[dD][c-fC-F][0-9a-fA-F]{2})?|u[dD][c-fC-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Inflater:
    """Decompresses a body in pieces of 64 KiB at most, whatever a sender packed into it.

    `encodings` are the values of `Content-Encoding`. Raises BodyUnreadable for any but a single
    gzip: nested ones unfold a thousandfold each (RFC 9110, section 8.4).
    """

    def __init__(self, encodings: Iterable[str]) -> None:
        named = [name.strip().lower() for value in encodings for name in value.split(",")]
        packed = [name for name in named if name not in {"", "identity"}]
        if packed not in ([], ["gzip"], ["x-gzip"]):
            raise BodyUnreadable("its encoding is not one that was asked for")
        self._inflate = zlib.decompressobj(_GZIP) if packed else None
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decompresses to; BodyUnreadable when it is no gzip."""
        if self._inflate is None:
            yield data
            return
        self._begun = self._begun or bool(data)
        while not self._inflate.eof:
            try:
                piece = self._inflate.decompress(data, _STEP)
            except zlib.error as error:
                raise BodyUnreadable("it is not packed as it says") from error
            data = self._inflate.unconsumed_tail
            if piece:
                yield piece
            if not data and len(piece) < _STEP:
                break

    def require_end(self) -> None:
        """Raise BodyUnreadable when the gzip is not complete; an empty body need not be one."""
        if self._inflate is not None and self._begun and not self._inflate.eof:
            raise BodyUnreadable("it breaks off")


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that `Retry-After` asks to wait, 0.5 to 300; None when it is missing or unreadable.

    It may be a number or a date (RFC 9110, section 10.2.3). A date is counted from the answer's own
    `Date`, so that no clock of ours matters; without one, from `now`.
    """
    said = headers.get("Retry-After", "").strip()
    if _NUMBER.fullmatch(said):
        seconds = float(said)
    else:
        until, since = http_date(said), http_date(headers.get("Date", "")) or now
        if until is None or since is None:
            return None
        seconds = (until - since).total_seconds()
    return max(SHORTEST_WAIT, min(seconds, LONGEST_WAIT))


def http_date(said: str) -> datetime | None:
    """The date in a header, aware; None when it cannot be read (RFC 9110, section 5.6.7).

    None for one in the year 9999 as well, to which nothing can be added.
    """
    try:
        when = email.utils.parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    if when.year == MAXYEAR:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def status_phrase(status: int) -> str:
    """An HTTP status in words: its standard phrase, or its number when it has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"


def repaired_json(text: bytes) -> bytes:
    """A JSON text without what some senders write and strict readers refuse.

    A byte order mark is left out; bytes that are no UTF-8, and halves of a surrogate pair, become
    U+FFFD.
    """
    whole = text.removeprefix(_BYTE_ORDER_MARK).decode(errors="replace").encode()
    return _ESCAPE.sub(_whole, whole)


def _whole(escape: re.Match[bytes]) -> bytes:
    """A JSON escape as it is, unless it is half of a pair."""
    lone = escape[0][:3].lower() == rb"\ud" and escape[1] is None
    return rb"\ufffd" if lone else escape[0]
