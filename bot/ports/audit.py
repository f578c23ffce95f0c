"""What the bot asks of the audit log as a whole."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from bot.calls.cases import AuditEntry


class AuditChain(Protocol):
    """The audit log as a whole: verified, exported, and its end kept.

    Every method raises StoreError when the database does not answer: that says nothing about what
    is in it.
    """

    async def verify(
        self, expect: str | None = None, *, pause: Callable[[], Awaitable[None]] | None = None
    ) -> int:
        """Verify all of it as streams, and return the number of entries.

        Compared are the chain, the columns that entries are searched by, the cases, and the
        triggers that refuse changes. `expect` is a hash in hex that was kept elsewhere and has to
        occur; `pause` is awaited between chunks, so that others have their turn. Raises
        RecordDamaged for what was changed, or its subclass ChainBroken for the chain itself.
        """

    async def verify_part(self, part: float) -> None:
        """Verify some old entries and cases again; `part`, from 0 to 1, says which.

        Raises RecordDamaged as `verify` does.
        """

    async def verify_since_checkpoint(self) -> tuple[int, str]:
        """Verify the entries after the last checkpoint and return the last one, as `head` does.

        Changes nothing. Raises ChainBroken.
        """

    async def checkpoint(self) -> tuple[int, str]:
        """Verify the entries after the last checkpoint, set it to the last one, and return that.

        Returned as by `head`. Raises ChainBroken.
        """

    async def head(self) -> tuple[int, str]:
        """The id of the last entry, 0 for none, and its hash in hex.

        Kept elsewhere, the hash proves later that nothing before it was changed.
        """

    def export(self) -> AsyncIterator[AuditEntry]:
        """Every entry, the oldest first, as a stream."""
