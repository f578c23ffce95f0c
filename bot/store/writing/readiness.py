"""Whether an order could be written now, found out by writing something as large."""

import asyncio
import math
import secrets
from collections.abc import Sequence
from functools import partial

from sqlalchemy import delete, insert

from bot.clock import SystemClock
from bot.errors import NotAccepted, StoreError
from bot.store.tables.cases import DELIVERY
from bot.store.writable import require_writable
from bot.store.writing.connection import Transaction, WriteOperation
from bot.store.writing.writer import Writer

FRESH_SECONDS = 1.5
"""What was found out is believed for so long: whoever asks often costs no more."""

PROBE_SECONDS = 1.5
"""How long the writer may take: below what `/readyz` waits, so that it can say why."""

TROUBLED_SECONDS = 10.0
"""An order that the database refused counts for so long, whatever a smaller write can do."""

PROBE_BYTES = 4_000
"""As much as an order: what fits into a page that is there already proves no room."""


class Readiness:
    """Checks the writer, once for all who ask at about the same moment."""

    def __init__(self, writer: Writer, *, sqlite: bool) -> None:
        self._writer = writer
        self._operation = WriteOperation(
            partial(_write_and_take_back, sqlite), NotAccepted, counting=True
        )
        self._now = SystemClock().monotonic
        self._probe: asyncio.Task[NotAccepted | None] | None = None
        self._found_at = -math.inf

    async def require_ready(self) -> None:
        """Raises NotAccepted when an order could not be written now.

        One that was written within FRESH_SECONDS is proof enough.
        """
        if (cause := self._writer.health.cause_within(TROUBLED_SECONDS)) is not None:
            raise NotAccepted(cause.says, next_step=cause.mend)
        if self._writer.health.proven_within(FRESH_SECONDS):
            return
        old = self._now() - self._found_at >= FRESH_SECONDS
        if self._probe is None or (self._probe.done() and old):
            self._probe = asyncio.create_task(self._ask(), name="readiness")
        if (no := await asyncio.shield(self._probe)) is not None:
            raise NotAccepted(str(no), next_step=no.next_step)

    async def _ask(self) -> NotAccepted | None:
        """Write the probe; the error that came of it, None when it was written."""
        try:
            await self._writer.write(self._operation, None, timeout_s=PROBE_SECONDS)
        except NotAccepted as no:
            return no
        finally:
            self._found_at = self._now()
        return None


def _write_and_take_back(
    sqlite: bool,  # noqa: FBT001 - bound where the operation is made
    transaction: Transaction,
    asked: Sequence[None],
) -> Sequence[NotAccepted | None]:
    """Insert a row as large as an order under the lock that orders take, and delete it."""
    connection = transaction.connection
    try:
        if not sqlite:
            require_writable(connection, sqlite=False)
    except StoreError as error:
        return [NotAccepted(str(error))] * len(asked)
    row = {"key": f"ready:{secrets.token_hex(8)}", "fingerprint": "x" * PROBE_BYTES}
    connection.execute(insert(DELIVERY), row | {"case_number": None})
    connection.execute(delete(DELIVERY).where(DELIVERY.c.key == row["key"]))
    return [None] * len(asked)
