"""Audit entries that cannot be shown as they were recorded."""

from datetime import UTC, datetime

from bot.calls.cases import AuditEntry

UNDATED = datetime(1, 1, 1, tzinfo=UTC)
"""The moment of an entry whose own is not legible."""


class DamagedEntry(AuditEntry):
    """An entry that was changed or cannot be read, as far as it is legible: its event is DAMAGED.

    `detail` is a sentence that says what is wrong; `text` the bytes as far as they are text. Where
    nothing is wrong, but a newer release wrote it and this one does not know its kind, the event is
    NEWER.
    """

    text: str = ""
