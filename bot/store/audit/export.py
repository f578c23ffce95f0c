"""Exporting the audit log: a JSON object for each line, or a table for a spreadsheet."""

import csv
import re
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.calls.cases import AuditEntry, DamagedEntry, Event

BYTE_ORDER_MARK = "\ufeff"
"""By this a spreadsheet knows that a table is UTF-8."""

SIGNS = (
    "=+-@\u207a\u207c\u208a\u208c\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\u2a75\u2a76"
)
"""What a formula begins with, also in the forms that Unicode takes for the same (NFKC).

https://owasp.org/www-community/attacks/CSV_Injection
"""

_BLANK = "\\s\x00-\x1f\x7f-\xa0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_BEGINS_A_FORMULA = re.compile(
    f"(^|[;\t\n\x0b\x0c\r\x85\u2028\u2029])(?=[{_BLANK}]*[{re.escape(SIGNS)}])|^(?=[\t\r])"
)
"""Where one begins: at the cell's beginning, and after what begins a cell for a spreadsheet that
parts lines elsewhere than at commas; blanks and what cannot be seen may come between."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")

_COLUMNS = tuple(AuditEntry.model_fields)


class Format(StrEnum):
    """The formats of an export."""

    CSV = "csv"
    JSONL = "jsonl"


class Sink(Protocol):
    """A text file, or whatever else an export is written to."""

    def write(self, text: str, /) -> object:
        """Write a part of the export."""


class Exported(NamedTuple):
    """How many entries were written, and how many of them are damaged."""

    entries: int
    damaged: int


async def export(entries: AsyncIterator[AuditEntry], to: Sink, form: Format) -> Exported:
    """Write every entry as it comes, and return how many they were.

    A damaged entry is written as far as it is legible. Open `to` with `newline=""`.
    """
    write = _table(to) if form is Format.CSV else _lines(to)
    count = damaged = 0
    async for entry in entries:
        write(entry)
        count += 1
        damaged += entry.event is Event.DAMAGED
    return Exported(count, damaged)


def _lines(to: Sink) -> Callable[[AuditEntry], object]:
    """Writes objects in JSON."""
    return lambda entry: to.write(_escaped(entry.model_dump_json()) + "\n")


def _table(to: Sink) -> Callable[[AuditEntry], object]:
    """Writes rows of a table, the first one with the names of its columns."""
    to.write(BYTE_ORDER_MARK)
    table = csv.writer(to)
    table.writerow(_COLUMNS)

    def write(entry: AuditEntry) -> None:
        row = entry.model_dump(mode="json")
        if isinstance(entry, DamagedEntry):
            row["detail"] = f"{entry.detail} {entry.text}".rstrip()
        table.writerow([_cell(row[name]) for name in _COLUMNS])

    return write


def _cell(value: object) -> str:
    """One cell; lists are joined, actors are `team:user`."""
    if value is None:
        return ""
    if isinstance(value, dict):
        value = f"{value['team']}:{value['user']}"
    elif isinstance(value, list):
        value = ", ".join(value)
    return harmless(str(value))


def harmless(text: str) -> str:
    """`text` for a cell, so that no spreadsheet finds a formula in it; a number stays as it is."""
    return text if _NUMBER.fullmatch(text) else _BEGINS_A_FORMULA.sub(r"\1'", text)


_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]")
"""What JSON may hold as it is, although a terminal obeys it."""


def _escaped(line: str) -> str:
    """A line of JSON, with characters that a terminal obeys written as escapes."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
