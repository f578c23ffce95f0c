"""Reports on what a vendor keeps about a call, beyond who is in it now, and their models."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import SecretStr

from bot.calls.actors import Role
from bot.calls.models import Call, Frozen, Participant


class Report(NamedTuple):
    """A subcommand that reads something of a vendor: its words, and the least role for it.

    With `of_call` it is about one call, else about a vendor. A `disclosing` report hands out what
    outlives the call, a recording or a transcript: each time is written into the audit log.
    """

    name: str
    label: str
    summary: str
    example: str
    least: Role = Role.VIEWER
    of_call: bool = True
    disclosing: bool = False


RECORDINGS = Report(
    "recordings",
    "Recordings",
    "Recordings of a call, with private links.",
    "recordings K7QX",
    least=Role.MODERATOR,
    disclosing=True,
)
TRANSCRIPTS = Report(
    "transcripts",
    "Transcripts",
    "Transcript, summary and chat log of a call, with private links.",
    "transcripts K7QX",
    least=Role.MODERATOR,
    disclosing=True,
)
QUALITY = Report("quality", "Quality", "How good a call is, and who has trouble.", "quality K7QX")
FEEDBACK = Report("feedback", "Feedback", "What people said about a call.", "feedback K7QX")
MEMBERS = Report("members", "Members", "Who belongs to a call, and who is missing.", "members K7QX")
ATTENDANCE = Report(
    "attendance",
    "Attendance",
    "Who was in a call, from when to when, and how they left.",
    "attendance K7QX",
    least=Role.MODERATOR,
)
ROOMS = Report(
    "rooms",
    "Rooms",
    "Call types, presets and rooms a vendor knows.",
    "rooms realtimekit",
    of_call=False,
)

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (QUALITY, MEMBERS, ATTENDANCE, RECORDINGS, TRANSCRIPTS, FEEDBACK, ROOMS)
}
"""Every report by name, in the order to show them."""


class FileKind(StrEnum):
    """What a file of a call holds."""

    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    SUMMARY = "summary"
    CHAT = "chat log"


class File(Frozen):
    """A file of a call. Whoever has `url` can read it: it is shown to the asker and kept nowhere.

    `name` is what deleting takes; `state` is the vendor's word where it is not ready yet; times are
    UTC; `expires_at` is when the link stops working, None where the vendor does not say. `how` is
    in words who began it and why it stopped, where the vendor tells.
    """

    kind: FileKind
    name: str
    session: str | None = None
    url: SecretStr | None = None
    expires_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    state: str | None = None
    how: str = ""
    deletable: bool = False


class Files(Frozen):
    """The files of a call, newest first; `missing` says in words what could not be read."""

    files: tuple[File, ...]
    missing: tuple[str, ...] = ()


class PersonQuality(Frozen):
    """How good one person's connection is; None is unknown.

    `score` is 0 to 100, `latency_ms` and `jitter_ms` are milliseconds, `lost_percent` is per cent.
    `bad` is whether they have trouble, `why` says of what kind.
    """

    person: Participant
    score: float | None = None
    latency_ms: float | None = None
    jitter_ms: float | None = None
    lost_percent: float | None = None
    bad: bool = False
    why: str = ""


class Quality(Frozen):
    """How good a call is, the worst people first; `score` is 0 to 100, None where there is none."""

    score: float | None = None
    people: tuple[PersonQuality, ...] = ()
    note: str = ""


class Feedback(Frozen):
    """What one person said about a call; `rating` as the vendor keeps it, mostly 1 to 5."""

    person: str
    name: str | None = None
    rating: int | None = None
    reason: str = ""
    at: datetime | None = None


class CallMember(Frozen):
    """Somebody who belongs to a call; `here` is None where it is unknown whether they are in it.

    `custom_id` is the app's own id where the vendor keeps one of its own beside it.
    """

    id: str
    name: str | None = None
    role: str | None = None
    here: bool | None = None
    custom_id: str | None = None


class RoomKind(StrEnum):
    """What kind of thing a `Room` is."""

    TYPE = "call type"
    PRESET = "preset"
    ROOM = "room"


class Room(Frozen):
    """A thing of a vendor that has a name: a call type, a preset, a lasting room."""

    kind: RoomKind
    name: str
    id: str | None = None
    detail: str = ""


class Sighting(Frozen):
    """A person and the live call that they are in."""

    call: Call
    person: Participant


class Sightings(Frozen):
    """The live calls of one vendor that somebody is in; `unread` counts calls not searched."""

    found: tuple[Sighting, ...] = ()
    unread: int = 0
