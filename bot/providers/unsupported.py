"""What a vendor answers that lacks a look, a list or a call log: that it has none, and why."""

from collections.abc import Mapping, Sequence

from bot.calls.acts import Person
from bot.calls.attendance import Attendance
from bot.calls.call_log import LogFilter
from bot.calls.capabilities import Capability, Enforcement, cannot
from bot.calls.models import Call, CallRef, Page
from bot.calls.recordings import RunningRecording
from bot.calls.reports import (
    ATTENDANCE,
    FEEDBACK,
    MEMBERS,
    QUALITY,
    RECORDINGS,
    REPORTS,
    ROOMS,
    CallMember,
    Feedback,
    FileKind,
    Files,
    Quality,
    Report,
    Room,
)
from bot.calls.verbs import Listed
from bot.errors import Impossible

NOBODY_YET = "Nobody has been in this call yet."

SUPPORTED = Capability(level=Enforcement.ENFORCED)
"""The vendor has it."""


def report_capabilities(**said: Capability | str) -> Mapping[str, Capability]:
    """A line for every look: HAS, or why there is none; ValueError when one is left out."""
    missing = sorted(set(REPORTS) - set(said))
    if missing:
        message = f"nothing said about: {', '.join(missing)}"
        raise ValueError(message)
    return {name: cannot(one) if isinstance(one, str) else one for name, one in said.items()}


def list_unsupported(call: CallRef, which: Listed) -> Impossible:
    """The error for a list that the vendor does not give."""
    return Impossible(
        f"{call.vendor.label} does not list who is {which}.", next_step="Use the id in your app."
    )


class UnsupportedReports:
    """Every look as a vendor has it that has none; a client overrides what it can."""

    reports: Mapping[str, Capability]
    lists: frozenset[Listed] = frozenset()
    logs: bool = False

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """Impossible."""
        raise self._none(RECORDINGS, call, kinds)

    async def recordings_running(self, call: CallRef) -> Sequence[RunningRecording]:
        """None to choose from: acts here take no recording by id."""
        del call
        return ()

    async def quality(self, call: CallRef) -> Quality:
        """Impossible."""
        raise self._none(QUALITY, call)

    async def feedback(self, call: CallRef) -> Sequence[Feedback]:
        """Impossible."""
        raise self._none(FEEDBACK, call)

    async def log(self, wanted: LogFilter, *, limit: int) -> Page[Call]:
        """Impossible."""
        del wanted, limit
        raise Impossible("There is no call log here.")

    async def attendance(self, call: CallRef) -> Attendance:
        """Impossible."""
        raise self._none(ATTENDANCE, call)

    async def members(self, call: CallRef) -> Page[CallMember]:
        """Impossible."""
        raise self._none(MEMBERS, call)

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """Impossible."""
        raise list_unsupported(call, which)

    async def rooms(self) -> Sequence[Room]:
        """Impossible."""
        raise self._none(ROOMS)

    def _none(self, report: Report, *_: object) -> Impossible:
        return Impossible(f"There is no “{report.label}” here: {self.reports[report.name].why}")
