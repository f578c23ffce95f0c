"""What a vendor knows by name: call types, presets and lasting rooms."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.calls.reports import ROOMS, Room, RoomKind
from handlers.blocks.elements import (
    actions,
    button,
    context,
    header,
    paragraph,
    section,
    stacked,
    stamp,
    text_of,
)
from handlers.blocks.message import Block, Message
from handlers.blocks.reports.report import MAX_REASON, ReportPage, as_of, grouped
from handlers.blocks.reports.report_values import ROOMS_PAGE, RoomsValue
from handlers.blocks.text import clean, code, count, dots, mrkdwn


class RoomListing(NamedTuple):
    """One vendor's answer: its rooms, or `trouble`, one line on why there are none."""

    vendor: Vendor
    rooms: Sequence[Room] = ()
    trouble: str = ""


def rooms_report(asked: RoomsValue, listings: Sequence[RoomListing], at: datetime) -> Message:
    """The rooms report: what vendors know by name, vendor by vendor and kind by kind."""
    rows = [row for listing in listings for row in _rows(listing)]
    lines, shown = grouped(rows, asked.page)
    troubles = [
        f"⚠️ {mrkdwn(listing.trouble, MAX_REASON)}" for listing in listings if listing.trouble
    ]
    blocks = [header(ROOMS.label), *stacked(lines)]
    if not rows:
        blocks.append(section("There is nothing with a name."))
    if troubles:
        blocks.append(paragraph(troubles))
    blocks += _foot(asked, shown, at)
    vendors = " and ".join(listing.vendor.label for listing in listings if listing.rooms)
    where = f" on {vendors}" if vendors else ""
    return Message(text_of(f"{ROOMS.label}: {count(len(rows), 'name')}{where}."), blocks)


def _rows(listing: RoomListing) -> list[tuple[str, str]]:
    """Each room under the heading of its kind, by name."""
    rows = []
    for kind in RoomKind:
        rooms = [room for room in listing.rooms if room.kind is kind]
        heading = f"{listing.vendor.label}: {count(len(rooms), kind.value)}"
        rooms.sort(key=lambda room: (room.name.casefold(), room.id or ""))
        rows += [(heading, _room(room)) for room in rooms]
    return rows


def _room(room: Room) -> str:
    own_id = room.id if room.id != room.name else None
    return dots(
        (
            code(room.name),
            code(own_id) if own_id else "",
            mrkdwn(room.detail) if clean(room.detail) else "",
        )
    )


def _foot(asked: RoomsValue, shown: ReportPage[tuple[str, str]], at: datetime) -> list[Block]:
    def to(page: int) -> RoomsValue:
        return asked.model_copy(update={"page": page})

    row = [
        button("Previous", f"{ROOMS_PAGE}#previous", to(shown.page - 1)) if shown.page else None,
        button("Next", f"{ROOMS_PAGE}#next", to(shown.page + 1))
        if shown.page < shown.last
        else None,
        button("Refresh", ROOMS_PAGE, to(shown.page)),
    ]
    return [*actions(row, f"{stamp(at)}.foot"), context(as_of(shown, at))]
