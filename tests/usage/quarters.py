"""What falls into each quarter, as a test reads it: by when it begins, as a tally."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from bot.usage.days import Stretch
from bot.usage.quarters import laid, moment_of, numbers_of
from bot.usage.records import CallRecord
from bot.usage.tally import Tally

EVER = Stretch(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def quarters(
    records: Iterable[CallRecord], now: datetime, within: Stretch = EVER
) -> Mapping[datetime, Tally]:
    """`laid`; `within` is whole quarters, and only those are told, however far a call reaches."""
    found = laid(records, now, *numbers_of(within))
    return {moment_of(number): Tally(**told) for number, told in found.items()}
