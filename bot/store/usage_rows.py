"""Past calls as rows, and back."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, RowMapping

from bot.calls.models import Vendor
from bot.store.usage_tables import QUARTERS_A_DAY, SPANS
from bot.usage.days import SECOND, Stretch
from bot.usage.quarters import EPOCH, QUARTER, reach
from bot.usage.records import CallRecord, Ending, Recorded
from bot.usage.tally import Tally, total

COUNTS = ("people", "peak", "person_seconds", "audio_seconds", "video_seconds", "streams")

MOST = 2**40
"""What a vendor says beyond this is a mistake of its own: no number here gets near it."""

LASTING = timedelta(days=100)
"""A call that seems to have lasted longer counts in its last quarters only."""

RECORDED = timedelta(days=7)
"""A recording that seems longer counts for so long."""

_RECORDINGS = TypeAdapter(tuple[Recorded, ...])


def number_of(moment: datetime) -> int:
    """The number of the quarter in which a moment lies, from 1970 on."""
    return (moment - EPOCH) // QUARTER


def moment_of(number: int) -> datetime:
    """When a quarter begins."""
    return EPOCH + number * QUARTER


def numbers_of(stretch: Stretch) -> tuple[int, int]:
    """The first quarter of a stretch, and the first one after it."""
    return number_of(stretch.start), -((EPOCH - stretch.end) // QUARTER)


def call_row(record: CallRecord, now: datetime) -> dict[str, Any]:
    """The row of a call that was read at `now`."""
    record = record.model_copy(update={"recordings": _sane_files(record.recordings)})
    first, last = reach(record, now)
    first = max(first, last - LASTING)
    return {
        "vendor": record.vendor.value,
        "run": _writable(record.run),
        "call_id": _writable(record.id),
        "title": _writable(record.title),
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "until": record.end(now),
        "ending": None if record.ending is None else record.ending.value,
        **{name: _sane(getattr(record, name)) for name in COUNTS},
        "recordings": None
        if record.recordings is None
        else _RECORDINGS.dump_json(record.recordings).decode(),
        "first_quarter": number_of(first),
        "last_quarter": number_of(last),
        "long": last - first >= QUARTERS_A_DAY * QUARTER,
    }


def record_of(row: Row[Any]) -> CallRecord:
    """The call in a row; one that still ran when it was read ends when it was last seen."""
    return CallRecord(
        vendor=Vendor(row.vendor),
        id=row.call_id,
        run=row.run,
        title=row.title,
        started_at=row.started_at,
        ended_at=row.until,
        ending=None if row.ending is None else Ending(row.ending),
        recordings=None if row.recordings is None else _RECORDINGS.validate_json(row.recordings),
        **{name: getattr(row, name) for name in COUNTS},
    )


def sum_row(vendor: Vendor, level: int, quarter: int, tally: Tally) -> dict[str, Any]:
    """The row of a sum."""
    return {"vendor": vendor.value, "level": level, "quarter": quarter, **tally.model_dump()}


def higher_rows(vendor: Vendor, tallies: Mapping[int, Tally]) -> Iterator[dict[str, Any]]:
    """The rows of all higher levels that the quarters, each by its number, add up to."""
    for level, span in enumerate(SPANS[1:], start=1):
        found: dict[int, list[Tally]] = defaultdict(list)
        for quarter in sorted(tallies):
            found[quarter // span * span].append(tallies[quarter])
        for quarter, parts in found.items():
            yield sum_row(vendor, level, quarter, total(parts))


def tally_of(found: RowMapping) -> Tally:
    """The tally in the columns of a row, by their names."""
    return Tally.model_validate({name: found[name] for name in Tally.model_fields})


def _sane_files(recordings: tuple[Recorded, ...] | None) -> tuple[Recorded, ...] | None:
    if recordings is None:
        return None
    return tuple(
        one.model_copy(update={"seconds": _sane(one.seconds, RECORDED // SECOND)})
        for one in recordings
    )


def _sane(value: int | None, most: int = MOST) -> int | None:
    return None if value is None else min(max(value, 0), most)


def _writable(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()
