"""The methods of the store about the audit log: read, verified, exported, its end kept."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from bot.calls.cases import AuditEntry
from bot.errors import ChainBroken, StoreError
from bot.ports import AuditQuery
from bot.store.audit.chain import ChainWalk, Head
from bot.store.audit.read import AuditReader
from bot.store.audit.verify import Verifier
from bot.store.audit.verify_chain import Pause
from bot.store.base import StoreBase, read_errors
from bot.store.checkpoints import keep_checkpoint, read_checkpoint
from bot.store.writing.connection import WriteOperation

SEARCH_SECONDS = 5.0
"""How long the audit may be searched: who hardly occurs is looked for along all of it."""


class AuditStoreMixin(StoreBase):
    """The methods that are `bot.ports.AuditChain`, and `bot.ports.Store.audit`."""

    _audit_reader: AuditReader

    def _open_audit(self) -> None:
        self._audit_reader = AuditReader(self._database)
        self._keep = WriteOperation(keep_checkpoint, StoreError)

    async def audit(self, which: AuditQuery) -> Sequence[AuditEntry]:
        """The audit entries that the query is about, newest first, up to its limit.

        See `bot.ports.Store`.
        """
        async with read_errors(max(self._timeout_s, SEARCH_SECONDS)):
            return await self._audit_reader.page(which)

    async def verify(self, expect: str | None = None, *, pause: Pause | None = None) -> int:
        """Verify all of it as streams, and return the number of entries.

        See `bot.ports.AuditChain`.
        """
        anchor = bytes.fromhex(expect) if expect else None
        async with read_errors():
            walk = ChainWalk(anchor=await read_checkpoint(self._database), expect=anchor)
            verifier = Verifier(self._database, pause, alone=pause is None)
            return (await verifier.verify_all(walk)).id

    async def follow(self) -> int:
        """Follow the chain alone, and return the number of entries.

        Raises ChainBroken and StoreError.
        """
        async with read_errors():
            walk = ChainWalk(anchor=await read_checkpoint(self._database))
            return (await Verifier(self._database).follow(walk)).id

    async def verify_part(self, part: float) -> None:
        """Verify some old entries and cases again; `part`, from 0 to 1, says which.

        See `bot.ports.AuditChain`.
        """
        async with read_errors():
            await Verifier(self._database).verify_part(part)

    async def verify_since_checkpoint(self) -> tuple[int, str]:
        """Verify the entries after the last checkpoint and return the last one, as `head` does.

        See `bot.ports.AuditChain`.
        """
        async with read_errors():
            start = await read_checkpoint(self._database)
            if start.id and await self._audit_reader.hash_of(start.id) != start.hash:
                raise ChainBroken(
                    f"Audit entry {start.id} is missing or is not the one seen before.",
                    entry_id=start.id,
                )
            head = await Verifier(self._database).follow(ChainWalk(start))
        return head.id, head.hash.hex()

    async def checkpoint(self) -> tuple[int, str]:
        """Verify the entries after the last checkpoint, set it to the last one, and return that.

        See `bot.ports.AuditChain`.
        """
        entry_id, last = await self.verify_since_checkpoint()
        head = Head(entry_id, bytes.fromhex(last))
        await self._write_in_background(self._keep, (head, self._clock.now()))
        return entry_id, last

    async def head(self) -> tuple[int, str]:
        """The id of the last entry, 0 for none, and its hash in hex. See `bot.ports.AuditChain`."""
        async with read_errors():
            head = await self._audit_reader.head()
        return head.id, head.hash.hex()

    async def export(self) -> AsyncGenerator[AuditEntry]:
        """Every entry, the oldest first, as a stream."""
        async with read_errors(), aclosing(self._audit_reader.entries()) as entries:
            async for entry in entries:
                yield entry
