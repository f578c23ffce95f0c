"""Who was in a call: each stay from when to when, how long, and how it ended."""

from datetime import datetime

from bot.calls.attendance import Attendance, Attendee
from handlers.blocks.elements import context, section, stacked
from handlers.blocks.message import Message
from handlers.blocks.reports.report import grouped, report
from handlers.blocks.reports.report_values import TitledReport
from handlers.blocks.text import clean, count, dots, mrkdwn, named, span, thousands, when

MAX_NOTE = 300

HERE, LEFT, NEVER = "Here now", "Left", "Never came"
"""The headings, in the order to show them."""


def attendance_report(asked: TitledReport, attendance: Attendance, at: datetime) -> Message:
    """The attendance report: those who are here, who left, and the invited who never came."""
    stays = sorted(attendance.stays, key=lambda stay: ORDER.index(heading(stay)))
    total = {name: sum(heading(stay) == name for stay in stays) for name in ORDER}
    rows = [
        (f"{heading(attendee)} ({thousands(total[heading(attendee)])})", stay_line(attendee, at))
        for attendee in stays
    ]
    lines, shown = grouped(rows, asked.page)
    came = {stay.id for stay in stays if stay.joined_at is not None}
    facts = (
        count(len(came), "person", "people") if stays else "",
        f"{thousands(total[HERE])} here now" if total[HERE] else "",
        "more than were read" if attendance.more else "",
    )
    body = stacked(lines) or [
        section(mrkdwn(attendance.note, MAX_NOTE, empty="No one was in this call."))
    ]
    if lines and clean(attendance.note):
        body.append(context(mrkdwn(attendance.note, MAX_NOTE)))
    return report(asked, facts, body, shown, at)


ORDER = (HERE, LEFT, NEVER)


def heading(stay: Attendee) -> str:
    """The heading that a stay is listed under: here now, left, or never came."""
    if stay.joined_at is None:
        return NEVER
    return HERE if stay.here else LEFT


def stay_line(stay: Attendee, at: datetime) -> str:
    """A stay on one line: `Kofi `kofi` · host · 10:02 to 10:30 · 28 min · kicked, case #18`."""
    return dots(
        (
            named(stay.name, stay.custom_id or stay.id),
            mrkdwn(stay.role, 40) if stay.role else "",
            _times(stay),
            span(stay.joined_at, stay.left_at or at) if stay.joined_at else "",
            *_sent(stay),
            mrkdwn(stay.how, 80) if stay.how else "",
        )
    )


def _times(stay: Attendee) -> str:
    if stay.joined_at is None:
        return ""
    if stay.left_at is None:
        return f"since {when(stay.joined_at)}"
    return f"{when(stay.joined_at)} to {when(stay.left_at)}"


def _sent(stay: Attendee) -> list[str]:
    """How long somebody sent sound and picture, where the vendor says."""
    sent = {"audio": stay.audio_seconds, "video": stay.video_seconds}
    return [f"{name} {_minutes(seconds)}" for name, seconds in sent.items() if seconds]


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:.1f} min"
