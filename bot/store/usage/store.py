"""The methods of the store about past calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.calls.models import Vendor
from bot.errors import StoreError
from bot.store.base import SUMMING_TIMEOUT_S, StoreBase, prepare
from bot.store.usage.calls import UsageBatch, UsageWriter
from bot.store.usage.sums import sums, unread
from bot.store.writing.connection import WriteOperation
from bot.usage.days import Stretch
from bot.usage.records import CallRecord
from bot.usage.tally import Tally


class UsageStoreMixin(StoreBase):
    """The methods that are `bot.ports.UsageStore`."""

    def _open_usage(self) -> None:
        self._keep_calls = WriteOperation(UsageWriter(self._database).keep, StoreError)

    async def keep_calls(
        self, vendor: Vendor, stretch: Stretch, records: Sequence[CallRecord], *, now: datetime
    ) -> None:
        """Replace what is kept of `stretch` by `records`, and sum its quarters anew.

        See `bot.ports.UsageStore`.
        """
        batch = prepare(lambda: UsageBatch.of(vendor, stretch, records, now))
        for piece in batch.pieces():
            await self._write_in_background(self._keep_calls, piece)

    async def sums(
        self, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
    ) -> Sequence[Mapping[Vendor, Tally]]:
        """The tally of each vendor, for each stretch of whole quarters.

        See `bot.ports.UsageStore`.
        """
        async with self._reading(SUMMING_TIMEOUT_S) as connection:
            return await sums(connection, stretches, vendors)

    async def unread(self, vendor: Vendor, stretch: Stretch) -> Sequence[Stretch]:
        """The UTC days of `stretch` that were not read to their end, the oldest first."""
        async with self._reading(SUMMING_TIMEOUT_S) as connection:
            return await unread(connection, vendor, stretch)
