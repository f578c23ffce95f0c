"""One vendor's numbers: a table for Slack, and the same as lines of text."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.digests.digest import Digest
from bot.digests.subscription import Rhythm
from bot.usage.tally import Tally
from handlers.blocks.digests.comparison import NOTHING_YET, before_name, usual_name
from handlers.blocks.digests.wording import TextStyle, figure, joined, length, minutes, short_day
from handlers.blocks.message import Block

NOT_REPORTED = "–"  # noqa: RUF001  the dash of tables
"""What stands for a number that a vendor cannot say."""

MAX_CALL_TITLE = 60


class Table(NamedTuple):
    """A caption, the heads of the columns, and rows of as many cells; no cell is empty.

    `untold` says in a sentence which numbers the vendor tells nothing of, now or before.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    untold: str = ""

    def block(self) -> Block:
        """A data_table with all its rows on one page (docs.slack.dev, data-table-block).

        Cells are text: numbers and words that stand for one share a column.
        """
        cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in self._all()]
        return {
            "type": "data_table",
            "caption": self.caption,
            "page_size": len(self.rows),
            "row_header_column_index": 0,
            "rows": cells,
        }

    def lines(self) -> list[str]:
        """The rows as lines: `Calls: 42 (the Tuesday before 30)`, and what is not reported."""
        rows = [f"{row[0]}: {row[1]}{self._beside(row[2:])}" for row in self.rows]
        return [*rows, self.untold] if self.untold else rows

    def _all(self) -> list[Sequence[str]]:
        return [self.head, *self.rows]

    def _beside(self, cells: Sequence[str]) -> str:
        compared = [f"{name} {cell}" for name, cell in zip(self.head[2:], cells, strict=True)]
        return f" ({', '.join(compared)})" if compared else ""


def _number(value: int | None) -> str:
    return NOT_REPORTED if value is None else figure(value)


def _minutes(value: int | None) -> str:
    return NOT_REPORTED if value is None else figure(minutes(value))


MEASURES: Mapping[str, Callable[[Tally], str]] = {
    "Calls": lambda tally: _number(tally.calls),
    "Call minutes": lambda tally: _minutes(tally.seconds),
    "Participant minutes": lambda tally: _minutes(tally.person_seconds),
    "Audio minutes": lambda tally: _minutes(tally.audio_seconds),
    "Video minutes": lambda tally: _minutes(tally.video_seconds),
    "People (per call)": lambda tally: _number(tally.people),
    "Most people at once": lambda tally: _number(tally.peak_people),
    "Most calls at once": lambda tally: _number(tally.peak_calls),
    "Longest call": lambda tally: length(tally.longest) if tally.longest else "none",
    "Recordings": lambda tally: _number(tally.recordings),
    "Recorded minutes": lambda tally: _minutes(tally.recorded_seconds),
    "Recordings failed": lambda tally: _number(tally.recordings_failed),
    "Livestreams": lambda tally: _number(tally.streams),
    "Calls unanswered": lambda tally: _number(tally.unanswered),
    "Calls failed": lambda tally: _number(tally.failed),
}
"""The numbers of a table, in its order."""


def tables(digest: Digest) -> list[Table]:
    """A table for each vendor whose numbers are known."""
    return [
        _table(digest, vendor, digest.vendors[vendor])
        for vendor in Vendor
        if vendor in digest.vendors
    ]


def _table(digest: Digest, vendor: Vendor, tally: Tally) -> Table:
    beside = _beside(digest, vendor)
    note = "" if beside else f" ({NOTHING_YET})"
    columns = [tally, *beside.values()]
    measures = {name: [tell(column) for column in columns] for name, tell in MEASURES.items()}
    unknown = [name for name, cells in measures.items() if set(cells) == {NOT_REPORTED}]
    return Table(
        caption=f"{vendor.label}{note}",
        head=["Number", _period(digest), *beside],
        rows=[[name, *cells] for name, cells in measures.items() if name not in unknown],
        untold=_untold(vendor, unknown),
    )


def _untold(vendor: Vendor, names: Sequence[str]) -> str:
    """One sentence instead of a row of nothing for each."""
    if not names:
        return ""
    small = joined(f"{name[0].lower()}{name[1:]}" for name in names)
    return f"Not reported by {vendor.label}: {small}."


def _beside(digest: Digest, vendor: Vendor) -> dict[str, Tally]:
    """What the numbers are compared with, by the name of its column."""
    names = {before_name(digest): digest.before, usual_name(digest): digest.usual}
    return {
        name: compared[vendor]
        for name, compared in names.items()
        if compared and vendor in compared
    }


def _period(digest: Digest) -> str:
    if digest.rhythm is Rhythm.DAILY:
        return short_day(digest.day)
    return f"{short_day(digest.day)} to {short_day(digest.last_day)}"


def longest_calls(digest: Digest, text_style: TextStyle) -> list[str]:
    """Which call was the longest of each vendor: `Stream Video: “All-hands”, 61 minutes`."""
    return [
        f"• {vendor.label}: “{text_style.quote(tally.longest_title, MAX_CALL_TITLE)}”, "
        f"{length(tally.longest)}"
        for vendor in Vendor
        if (tally := digest.vendors.get(vendor)) and tally.longest > 0 and tally.longest_title
    ]
