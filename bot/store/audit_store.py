"""The audit log's side of the store: read, verified, and its end written down."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from bot.calls.cases import AuditEntry
from bot.errors import ChainBroken, StoreError
from bot.ports import AuditQuery
from bot.store.audit.chain import Head, Walk
from bot.store.audit.read import Trail, keep
from bot.store.audit.verify import Verifier
from bot.store.audit.verify_chain import Pause
from bot.store.base import Shelf, readable
from bot.store.writing.connection import Work

SEARCH_SECONDS = 5.0
"""How long the audit may be searched: who hardly occurs is looked for along all of it."""


class AuditSide(Shelf):
    """See `bot.ports.AuditChain`."""

    _trail: Trail

    def _open_audit(self) -> None:
        self._trail = Trail(self._database)
        self._keep = Work(keep, StoreError)

    async def audit(self, which: AuditQuery) -> Sequence[AuditEntry]:
        """Audit entries, newest first, read from the bytes that are hashed."""
        async with readable(max(self._timeout_s, SEARCH_SECONDS)):
            return await self._trail.page(which)

    async def verify(self, expect: str | None = None, *, pause: Pause | None = None) -> int:
        """Compare all of it as streams; the number of entries, or RecordDamaged.

        `expect` is a hash in hex, kept elsewhere, that has to occur; `pause` gives others a turn.
        """
        anchor = bytes.fromhex(expect) if expect else None
        async with readable():
            walk = Walk(anchor=await self._trail.checkpoint(), expect=anchor)
            verifier = Verifier(self._database, pause, alone=pause is None)
            return (await verifier.whole(walk)).id

    async def follow(self) -> int:
        """Follow the chain alone; the number of entries, or ChainBroken."""
        async with readable():
            walk = Walk(anchor=await self._trail.checkpoint())
            return (await Verifier(self._database).follow(walk)).id

    async def recheck(self, part: float) -> None:
        """Read again some old entries and cases, from about that `part` on; RecordDamaged."""
        async with readable():
            await Verifier(self._database).stretch(part)

    async def unseen(self) -> tuple[int, str]:
        """Follow the chain from the last checkpoint; its end, as id and hash in hex."""
        async with readable():
            start = await self._trail.checkpoint()
            if start.id and await self._trail.hash_of(start.id) != start.hash:
                raise ChainBroken(
                    f"Audit entry {start.id} is missing or is not the one seen before.",
                    entry_id=start.id,
                )
            head = await Verifier(self._database).follow(Walk(start))
        return head.id, head.hash.hex()

    async def checkpoint(self) -> tuple[int, str]:
        """As `unseen`, and set the checkpoint there."""
        entry_id, last = await self.unseen()
        head = Head(entry_id, bytes.fromhex(last))
        await self._background(self._keep, (head, self._clock.now()))
        return entry_id, last

    async def head(self) -> tuple[int, str]:
        """The id of the last audit entry, 0 for none, and its hash in hex."""
        async with readable():
            head = await self._trail.head()
        return head.id, head.hash.hex()

    async def export(self) -> AsyncGenerator[AuditEntry]:
        """Every audit entry, oldest first, as a stream; StoreError when it breaks off."""
        async with readable(), aclosing(self._trail.entries()) as entries:
            async for entry in entries:
                yield entry
