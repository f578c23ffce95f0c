"""Past calls and sums as rows, and read back from them."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.calls.models import Vendor
from bot.store.stored_json import read_many
from bot.store.tables.usage import QUARTERS_A_DAY, SPANS
from bot.usage.days import SECOND
from bot.usage.quarters import QUARTER, number_of, quarters_touched
from bot.usage.records import CallRecord, Ending, Recorded
from bot.usage.tally import NOTHING, summed

T = TypeVar("T")

COUNTS = ("people", "peak", "person_seconds", "audio_seconds", "video_seconds", "streams")

MOST = 2**40
"""What a vendor says beyond this is a mistake of its own: no number here gets near it."""

MOST_OF_A_TITLE = 200
"""Characters of a title that are kept: it stands beside the sums' key, in PostgreSQL's index, which
takes 2,704 bytes a row (its source, src/include/access/nbtree.h: BTMaxItemSize).
"""

LASTING = timedelta(days=100)
"""A call that seems to have lasted longer counts in its last quarters only."""

RECORDED = timedelta(days=7)
"""A recording that seems longer counts for so long."""

_NOTHING = NOTHING.model_dump()
_RECORDINGS = TypeAdapter(tuple[Recorded, ...])


def keepable(record: CallRecord, now: datetime) -> CallRecord:
    """The call with values that can be stored; one that still runs ends at `now`."""
    counts = {name: _sane(getattr(record, name)) for name in COUNTS}
    return record.model_copy(
        update={
            **counts,
            "run": _writable(record.run),
            "id": _writable(record.id),
            "title": _writable(record.title)[:MOST_OF_A_TITLE],
            "ended_at": record.end(now),
            "recordings": _sane_files(record.recordings),
        }
    )


def row_of(kept: CallRecord, ended_at: datetime | None) -> dict[str, Any]:
    """The row of a keepable call; `ended_at` is the end that its vendor told, None for none."""
    until = kept.ended_at or kept.started_at
    first, last = quarters_touched(kept, until)
    first = max(first, last - LASTING)
    return {
        "vendor": kept.vendor.value,
        "run": kept.run,
        "call_id": kept.id,
        "title": kept.title,
        "started_at": kept.started_at,
        "ended_at": ended_at,
        "until": until,
        "ending": None if kept.ending is None else kept.ending.value,
        **{name: getattr(kept, name) for name in COUNTS},
        "recordings": None
        if kept.recordings is None
        else _RECORDINGS.dump_json(kept.recordings).decode(),
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
        ending=_known(lambda: Ending(row.ending)) if row.ending else None,
        recordings=_known(lambda: read_many(_RECORDINGS, row.recordings))
        if row.recordings
        else None,
        **{name: getattr(row, name) for name in COUNTS},
    )


def _known(read: Callable[[], T]) -> T | None:
    """What `read` returns; None where another release wrote a value that this one does not know."""
    try:
        return read()
    except ValueError:
        return None


def sum_rows(vendor: Vendor, quarters: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of these quarters, by their numbers, and of the sums on all higher levels."""
    sums = {number: {**_NOTHING, **values} for number, values in quarters.items()}
    rows = []
    for level, span in enumerate(SPANS):
        sums = _over(sums, span) if level else sums
        rows += [
            {"vendor": vendor.value, "level": level, "quarter": number, **values}
            for number, values in sums.items()
        ]
    return rows


def _over(sums: Mapping[int, dict[str, Any]], span: int) -> dict[int, dict[str, Any]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for number in sorted(sums):
        found[number // span * span].append(sums[number])
    return {number: summed(parts) for number, parts in found.items()}


def _sane_files(recordings: tuple[Recorded, ...] | None) -> tuple[Recorded, ...] | None:
    if not recordings:
        return recordings
    return tuple(
        recording.model_copy(update={"seconds": _sane(recording.seconds, RECORDED // SECOND)})
        for recording in recordings
    )


def _sane(value: int | None, most: int = MOST) -> int | None:
    return None if value is None else min(max(value, 0), most)


def _writable(text: str) -> str:
    """The text without what no database can hold: NUL, and unpaired surrogates."""
    return text.replace("\0", "").encode(errors="replace").decode()
