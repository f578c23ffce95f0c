"""The audit as a file for other programs: one JSON object a line, or a table for a spreadsheet."""

import csv
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import TextIO

from bot.calls.cases import AuditEntry

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet run a cell. https://owasp.org/www-community/attacks/CSV_Injection"""

_COLUMNS = tuple(AuditEntry.model_fields)


class Format(StrEnum):
    """How to write the export."""

    CSV = "csv"
    JSONL = "jsonl"


async def export(entries: AsyncIterator[AuditEntry], to: TextIO, form: Format) -> int:
    """Write every entry as it comes; the number of entries. Open `to` with `newline=""`."""
    if form is Format.CSV:
        return await _csv(entries, to)
    return await _jsonl(entries, to)


async def _jsonl(entries: AsyncIterator[AuditEntry], to: TextIO) -> int:
    count = 0
    async for entry in entries:
        to.write(entry.model_dump_json() + "\n")
        count += 1
    return count


async def _csv(entries: AsyncIterator[AuditEntry], to: TextIO) -> int:
    table = csv.writer(to)
    table.writerow(_COLUMNS)
    count = 0
    async for entry in entries:
        table.writerow([_cell(value) for value in entry.model_dump(mode="json").values()])
        count += 1
    return count


def _cell(value: object) -> str:
    """A cell no spreadsheet takes for a formula; lists are joined, actors are `team:user`."""
    if value is None:
        return ""
    if isinstance(value, dict):
        value = f"{value['team']}:{value['user']}"
    elif isinstance(value, list):
        value = ", ".join(value)
    words = str(value)
    return f"'{words}" if words.startswith(_FORMULA) else words
