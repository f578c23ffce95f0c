"""Keeping what can be read of an answer: one call that is too large hides none of the others.

Calls carry what an app, and so its users, put into them. Of an answer that is too large the largest
entries of its lists become null; of one that no JSON reader takes, those that are the reason.
Whoever reads the list counts them as entries that cannot be read.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from pydantic_core import from_json

from bot.clock import Clock
from bot.errors import BodyUnreadable
from bot.responses import repaired_json

LARGEST = 8 * 1024 * 1024
"""Bytes of an answer that are kept."""

FARTHEST = 4 * LARGEST
"""Bytes, after decoding, at which an answer is given up, whatever can be left out of it."""

LARGEST_ENTRY = LARGEST // 2
"""Bytes after which the rest of an entry is not kept."""

_ENOUGH = LARGEST // 4 * 3
"""Bytes that remain at most once something is left out, so that it is seldom done."""

LARGEST_SALVAGED = LARGEST // 4
"""Bytes of a text that is looked through for what makes it unreadable."""

MOST_STEPS = 50_000
"""Brackets and commas that are looked at one by one: a bound for the time that takes."""

_STEP = 16 * 1024
"""Bytes that are looked through before other work gets its turn."""

_LEVELS = 5
"""Brackets within brackets that are read at once."""

_NULL = b"null"
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_PLAIN = rb'[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"'


def _nested_pattern(levels: int) -> bytes:
    """A pattern for all that may stand between two brackets, with so many levels of its own."""
    if not levels:
        return _PLAIN
    inner = _nested_pattern(levels - 1)
    return rb"%b|\[(?:%b)*+\]|\{(?:%b)*+\}" % (_PLAIN, inner, inner)


_TO_LIST = re.compile(rb"(?:%b)*+" % _nested_pattern(0), re.DOTALL)
_IN_ENTRY = re.compile(rb"(?:%b)*+" % _nested_pattern(_LEVELS), re.DOTALL)
_TO_COMMA = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)


class Span(NamedTuple):
    """Where an entry stands in a text: the offsets of its first byte and behind its last."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.end - self.start


class ListEntries:
    """Collects a JSON text from its pieces, and where the entries of its outermost lists stand.

    Of an entry of more than LARGEST_ENTRY bytes only null is kept. What is no JSON is kept as it
    is, for a reader to refuse.
    """

    def __init__(self) -> None:
        self.text = bytearray()
        self.spans: list[Span] = []
        self.left_out = 0
        self._depth = 0
        self._list: int | None = None
        self._start = 0
        self._skipping = False
        self._in_string = False
        self._escaped = False
        self._steps = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece, cut wherever it may be; raises BodyUnreadable after MOST_STEPS."""
        at = 0
        while at < len(data):
            at = self._feed_string(data, at) if self._in_string else self._feed_structure(data, at)

    def leave_out(self, unwanted: Iterable[Span]) -> None:
        """Replace these entries by null."""
        gone, text, spans, at = set(unwanted), bytearray(), [], 0
        for span in self.spans:
            text += self.text[at : span.start]
            start = len(text)
            text += _NULL if span in gone else self.text[span.start : span.end]
            spans.append(Span(start, len(text)))
            at = span.end
        self._start += len(text) - at
        text += self.text[at:]
        self.text, self.spans = text, spans
        self.left_out += len(gone)

    def _feed_string(self, data: bytes, at: int) -> int:
        """Read on in a string that an earlier piece began; the place after what was read."""
        if self._escaped:
            self._escaped, end = False, at + 1
        else:
            end = _match_end(_IN_STRING, data, at)
            if end < len(data):
                self._escaped = data[end : end + 1] == b"\\"
                self._in_string = self._escaped
                end += 1
        self._keep(data[at:end])
        return end

    def _feed_structure(self, data: bytes, at: int) -> int:
        end = _match_end(self._pattern, data, at)
        self._keep(data[at:end])
        if end < len(data):
            self._take_mark(data[end : end + 1])
        return end + 1

    @property
    def _pattern(self) -> re.Pattern[bytes]:
        """What can be read at once: of an entry as much as possible, for that is fast."""
        if self._list is None:
            return _TO_LIST
        return _TO_COMMA if self._depth == self._list else _IN_ENTRY

    def _take_mark(self, mark: bytes) -> None:
        """A bracket, a comma between entries, or the quote of a string that goes on elsewhere."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise BodyUnreadable("it has too many parts")
        self._in_string = mark == b'"'
        if mark in b"]},":
            self._close(mark)
        self._keep(mark)
        if mark in b"[{":
            self._depth += 1
        if mark == b"," or (mark == b"[" and self._list is None):
            self._list = self._depth
            self._start = len(self.text)

    def _close(self, mark: bytes) -> None:
        """An entry ends where its list goes on or ends."""
        if self._depth == self._list:
            self._end_entry()
            self._list = None
        if mark != b",":
            self._depth -= 1

    def _end_entry(self) -> None:
        if self._skipping:
            self.text += _NULL
            self.left_out += 1
        self._skipping = False
        if len(self.text) > self._start:
            self.spans.append(Span(self._start, len(self.text)))

    def _keep(self, data: bytes) -> None:
        if self._skipping:
            return
        self.text += data
        if self._list is not None and len(self.text) - self._start > LARGEST_ENTRY:
            del self.text[self._start :]
            self._skipping = True


def _match_end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = pattern.match(data, at)
    return at if found is None else found.end()


class BoundedBody:
    """Collects a body as it comes in; once it is too large, without its largest entries."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._body = bytearray()
        self._entries: ListEntries | None = None
        self._read = 0

    async def feed(self, piece: bytes) -> None:
        """Take the next bytes; raises BodyUnreadable where what remains is still too large."""
        self._read += len(piece)
        if self._read > FARTHEST:
            raise BodyUnreadable("it is too large")
        if self._entries is None and self._read <= LARGEST:
            self._body += piece
            return
        if self._entries is None:
            self._entries, begun = ListEntries(), self._body
            self._body = bytearray()
            await self._feed_entries(self._entries, begun)
        await self._feed_entries(self._entries, piece)

    async def _feed_entries(self, entries: ListEntries, data: bytes | bytearray) -> None:
        for at in range(0, len(data), _STEP):
            entries.feed(bytes(data[at : at + _STEP]))
            _shrink(entries)
            await self._clock.sleep(0)

    def end(self) -> bytes:
        """The body, once nothing more comes."""
        return bytes(self._body if self._entries is None else self._entries.text)


def _shrink(entries: ListEntries) -> None:
    """Leave out the largest while there is too much; BodyUnreadable where that is not enough."""
    if len(entries.text) <= LARGEST:
        return
    too_much, unwanted = len(entries.text) - _ENOUGH, []
    for span in sorted(entries.spans, key=lambda span: span.size, reverse=True):
        if too_much <= 0:
            break
        unwanted.append(span)
        too_much -= span.size - len(_NULL)
    if too_much > 0:
        raise BodyUnreadable("it is too large")
    entries.leave_out(unwanted)


def without_unreadable(text: bytes) -> bytes:
    """A JSON text that no reader takes, without the entries of its lists that are the reason.

    Raises BodyUnreadable where the text is too large to be looked through.
    """
    if len(text) > LARGEST_SALVAGED:
        raise BodyUnreadable("it is too large")
    entries = ListEntries()
    entries.feed(repaired_json(text))
    entries.leave_out([span for span in entries.spans if not _readable(entries.text, span)])
    return bytes(entries.text)


def _readable(text: bytearray, span: Span) -> bool:
    """Whether it can be read where it stands: below a few lists and objects."""
    try:
        from_json(b"[[[[%b]]]]" % bytes(text[span.start : span.end]))
    except ValueError:
        return False
    return True
