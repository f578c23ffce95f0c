"""Past calls as a vendor may tell of them, and their sums counted slowly, second by second."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.calls.models import Vendor
from bot.usage.days import Stretch
from bot.usage.records import CallRecord, Ending, Recorded

START = datetime(2026, 10, 24, 22, tzinfo=UTC)
"""The evening before the clocks go back in London."""

SECOND = timedelta(seconds=1)
HOURS = 12


def moments(hours: int = HOURS) -> st.SearchStrategy[datetime]:
    """Whole seconds, often on the edge of a quarter."""
    edges = st.integers(0, hours * 4).map(lambda number: number * 900)
    return (edges | st.integers(0, hours * 3600)).map(lambda s: START + timedelta(seconds=s))


def amounts(most: int = 5000) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, most)


RECORDINGS = st.builds(
    Recorded, started_at=moments(), seconds=amounts(4000), failed=st.none() | st.booleans()
)


@st.composite
def records(draw: st.DrawFn, run: st.SearchStrategy[str] | None = None) -> CallRecord:
    """One run of any length, answered or not, of a vendor that knows this but not that."""
    started_at = draw(moments())
    ending = draw(st.none() | st.sampled_from(Ending))
    lasted = draw(st.integers(0, 10_000) | st.sampled_from((0, 900, 1800)))
    ended_at = None if draw(st.booleans()) else started_at + timedelta(seconds=lasted)
    return CallRecord(
        vendor=Vendor.STREAM,
        id="default:lobby",
        run=draw(st.uuids().map(str) if run is None else run),
        title=draw(st.sampled_from(("Lobby", "Support", "Ünïcode 会議"))),
        started_at=started_at,
        ended_at=ended_at if ending in {None, Ending.ANSWERED} else None,
        ending=ending,
        people=draw(amounts(50)),
        peak=draw(amounts(20)),
        person_seconds=draw(amounts()),
        audio_seconds=draw(amounts()),
        video_seconds=draw(amounts()),
        recordings=draw(st.none() | st.lists(RECORDINGS, max_size=2).map(tuple)),
        streams=draw(amounts(3)),
    )


def counted(told: Sequence[CallRecord], stretch: Stretch, now: datetime) -> dict[str, object]:
    """What began in the stretch, and what was in it: told once more, slowly."""
    began = [record for record in told if stretch.start <= record.started_at < stretch.end]
    longest = max(((record.end(now) - record.started_at) // SECOND for record in began), default=0)
    ones = sorted(began, key=lambda one: (one.started_at, one.run))
    titles = [
        record.title
        for record in ones
        if (record.end(now) - record.started_at) // SECOND == longest
    ]
    return {
        "calls": len(began),
        "people": known(record.people for record in began),
        "streams": known(record.streams for record in began),
        "unanswered": _ended(began, Ending.UNANSWERED),
        "failed": _ended(began, Ending.FAILED),
        "longest": longest,
        "longest_title": titles[0] if longest else "",
        **_recorded(told, began, stretch),
        **_peaks(told, stretch, now),
        "seconds": sum(_inside(record.started_at, record.end(now), stretch) for record in told),
    }


def known(values: Iterable[int | None]) -> int | None:
    """The sum of those that are known; None when none is."""
    there = [value for value in values if value is not None]
    return sum(there) if there else None


def _ended(began: Sequence[CallRecord], how: Ending) -> int | None:
    return known(record.ending is how for record in began if record.ending is not None)


def _inside(start: datetime, end: datetime, stretch: Stretch) -> int:
    return max(0, (min(end, stretch.end) - max(start, stretch.start)) // SECOND)


def _recorded(
    told: Sequence[CallRecord], began: Sequence[CallRecord], stretch: Stretch
) -> dict[str, object]:
    files = [file for record in told for file in record.recordings or ()]
    here = [file for file in files if stretch.start <= file.started_at < stretch.end]
    ends = [file.started_at + timedelta(seconds=file.seconds or 0) for file in files]
    says = here or any(record.recordings is not None for record in began)
    timed = [file for file in files if file.seconds is not None]
    touched = any(
        file.started_at < stretch.end
        and (file.started_at + timedelta(seconds=file.seconds or 0) > stretch.start)
        for file in timed
    ) or any(file.seconds is not None for file in here)
    said = any(record.recordings is not None for record in began)
    seconds = sum(
        _inside(file.started_at, end, stretch) for file, end in zip(files, ends, strict=True)
    )
    return {
        "recordings": len(here) if says else None,
        "recordings_failed": known(file.failed for file in here),
        "recorded_seconds": seconds if touched or said else None,
    }


def _peaks(told: Sequence[CallRecord], stretch: Stretch, now: datetime) -> dict[str, object]:
    """Looks at every moment at which a call begins: it is never fuller than then."""
    inside = [record for record in told if record.touches(stretch, now)]
    calls, people = [0], [0]
    for moment in {max(record.started_at, stretch.start) for record in inside}:
        there = [record for record in inside if record.started_at <= moment < record.end(now)]
        calls.append(len(there))
        people.append(sum(person.peak or 0 for person in there))
    sure = any(record.peak is not None for record in inside)
    return {"peak_calls": max(calls), "peak_people": max(people) if sure else None}
