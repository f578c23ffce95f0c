"""What falls into each quarter, as a test reads it: by when it begins, as a tally."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from bot.usage.days import Stretch
from bot.usage.quarters import by_quarter, moment_of, numbers_of
from bot.usage.records import CallRecord
from bot.usage.tally import Tally

EVER = Stretch(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def quarters(
    records: Iterable[CallRecord], now: datetime, within: Stretch = EVER
) -> Mapping[datetime, Tally]:
    """`by_quarter` as tallies; `within` is whole quarters, and those outside are left out."""
    found = by_quarter(records, now, *numbers_of(within))
    return {moment_of(number): Tally(**sums) for number, sums in found.items()}
