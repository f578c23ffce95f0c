"""The minutes of the last days by vendor: a chart, and the same as lines of text."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.digests.digest import TREND_DAYS, Digest
from bot.usage.days import DAY
from bot.usage.tally import Tally
from handlers.blocks.digests.wording import figure, joined, minutes, short_day
from handlers.blocks.message import Block
from handlers.blocks.text import count, cut

MAX_SERIES, MAX_NAME, MAX_CHART_TITLE = 6, 20, 50
"""What is safe in every workspace (docs.slack.dev, reference/block-kit/blocks).

data_visualization: series, characters of a name or label, characters of the title.
"""

LEAST_POINTS = 2
"""A chart of one day shows nothing."""

A_STRETCH = 3
"""Days in a row that are told by the first and the last of them."""

NOT_READ = "not read"

Days = Mapping[date, Mapping[Vendor, Tally]]


class Series(NamedTuple):
    """One vendor's line: minutes, one for each day that is drawn."""

    name: str
    minutes: Sequence[int]


class Chart(NamedTuple):
    """A chart of minutes by day; `notes` say what is left out, `rows` has each day in words."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    notes: Sequence[str]
    rows: Sequence[str]

    def block(self) -> Block | None:
        """The chart as a block: lines, or bars where a day is left out, so that none bridges it.

        None without two days to draw.
        """
        if len(self.labels) < LEAST_POINTS or not self.series:
            return None
        series = [
            {
                "name": series.name,
                "data": [
                    {"label": label, "value": value}
                    for label, value in zip(self.labels, series.minutes, strict=True)
                ],
            }
            for series in self.series
        ]
        axes = {"categories": list(self.labels), "x_label": "Day", "y_label": "Minutes"}
        kind = "bar" if len(self.labels) < len(self.rows) else "line"
        drawn = {"type": kind, "series": series, "axis_config": axes}
        return {"type": "data_visualization", "title": self.title, "chart": drawn}


def chart(digest: Digest) -> Chart | None:
    """The last 14 days; None where none of them is known.

    Slack wants one point for each day of each series, and an unknown day is not zero. So vendors
    are left out that did not tell the last day where others did, or that are known on few days;
    then the days that one of the others lacks.
    """
    days = {day.day: day.vendors for day in digest.trend[-TREND_DAYS:]}
    found = [vendor for vendor in Vendor if any(vendor in tallies for tallies in days.values())]
    if not found:
        return None
    vendors = _enough(days, found)
    whole = [day for day, tallies in days.items() if all(vendor in tallies for vendor in vendors)]
    return Chart(
        title=cut(f"Call minutes, last {count(len(days), 'day')}", MAX_CHART_TITLE),
        labels=[short_day(day) for day in whole],
        series=[
            Series(
                cut(vendor.label, MAX_NAME), [minutes(days[day][vendor].seconds) for day in whole]
            )
            for vendor in vendors
        ],
        notes=_notes(days, found, vendors, whole),
        rows=[f"{short_day(day)}: {_day_words(tallies, found)}" for day, tallies in days.items()],
    )


def _enough(days: Days, found: Sequence[Vendor]) -> list[Vendor]:
    """The vendors known on half as many days as the best known one, or more.

    Only those that told the last day, where one did: the digest is about it.
    """
    newest = days[max(days)]
    newest_vendors = [vendor for vendor in found if vendor in newest] or found
    known = {vendor: sum(vendor in day for day in days.values()) for vendor in newest_vendors}
    most = max(known.values())
    return [vendor for vendor in newest_vendors if known[vendor] * 2 >= most][:MAX_SERIES]


def _notes(
    days: Days, found: Sequence[Vendor], vendors: Sequence[Vendor], whole: Sequence[date]
) -> list[str]:
    """What is not drawn, and why."""
    notes = [
        f"{vendor.label} is not drawn: {_known(vendor, days)}."
        for vendor in found
        if vendor not in vendors
    ]
    lacking = [day for day in days if day not in whole]
    if lacking:
        silent = [vendor for vendor in vendors if any(vendor not in days[day] for day in lacking)]
        named = joined(_stretches(lacking))
        verb = "is" if len(lacking) == 1 else "are"
        notes.append(f"{named} {verb} not drawn: not read from {_all(silent)}.")
    return notes


def _stretches(days: Sequence[date]) -> Iterator[str]:
    """Days in their order: `4 Nov`, and `7 Nov to 9 Nov` for three or more in a row."""
    rows: list[list[date]] = []
    for day in days:
        if rows and day - rows[-1][-1] == DAY:
            rows[-1].append(day)
        else:
            rows.append([day])
    for row in rows:
        if len(row) >= A_STRETCH:
            yield f"{short_day(row[0])} to {short_day(row[-1])}"
        else:
            yield from map(short_day, row)


def _all(vendors: Sequence[Vendor]) -> str:
    return joined(vendor.label for vendor in vendors)


def _known(vendor: Vendor, days: Days) -> str:
    known = f"read on {sum(vendor in tallies for tallies in days.values())} of {len(days)} days"
    newest = max(days)
    return known if vendor in days[newest] else f"{known}, not on {short_day(newest)}"


def _day_words(read: Mapping[Vendor, Tally], found: Sequence[Vendor]) -> str:
    return ", ".join(
        f"{vendor.label} {figure(minutes(read[vendor].seconds)) if vendor in read else NOT_READ}"
        for vendor in found
    )
