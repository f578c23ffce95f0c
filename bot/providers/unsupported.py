"""What a vendor's client answers where the vendor lacks a report, a list or a call log."""

from collections.abc import Mapping, Sequence

from bot.calls.acts import Act, Person
from bot.calls.attendance import Attendance
from bot.calls.call_log import LogFilter
from bot.calls.capabilities import Capability, Enforcement, cannot
from bot.calls.cases import Case
from bot.calls.models import Call, CallRef, Page, RtmpTarget
from bot.calls.prior_state import Departures
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
from bot.calls.verbs import Listed, LiveStart, Verb
from bot.errors import Impossible

NOBODY_YET = "Nobody has been in this call yet."

SUPPORTED = Capability(level=Enforcement.ENFORCED)
"""The vendor has it."""


def report_capabilities(**capabilities: Capability | str) -> Mapping[str, Capability]:
    """A line for every report: SUPPORTED, or why there is none.

    Raises ValueError when a report is left out.
    """
    missing = sorted(set(REPORTS) - set(capabilities))
    if missing:
        message = f"nothing said about: {', '.join(missing)}"
        raise ValueError(message)
    return {
        name: cannot(capability) if isinstance(capability, str) else capability
        for name, capability in capabilities.items()
    }


def rtmp_capability(targets: Mapping[str, RtmpTarget]) -> Capability:
    """How far RTMP goes: to the named targets only, and nowhere without any."""
    if not targets:
        return cannot("No RTMP target is named in callwarden.toml.", instead=LiveStart)
    return Capability(level=Enforcement.ENFORCED, only={"to": tuple(targets)})


def list_unsupported(call: CallRef, which: Listed) -> Impossible:
    """An error for a list that the vendor does not give; it is not raised here."""
    return Impossible(
        f"{call.vendor.label} does not list who is {which}.", next_step="Use the id in your app."
    )


class UnsupportedReports:
    """`CallReports` of a vendor that has none: each raises Impossible. A client overrides some."""

    capabilities: Mapping[str, Capability]
    lists: frozenset[Listed] = frozenset()

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """Raise Impossible: no files."""
        raise self._unsupported(RECORDINGS, call, kinds)

    async def recordings_running(self, call: CallRef) -> Sequence[RunningRecording]:
        """None to choose from: acts here take no recording by id."""
        del call
        return ()

    async def quality(self, call: CallRef) -> Quality:
        """Raise Impossible: nothing is measured."""
        raise self._unsupported(QUALITY, call)

    async def feedback(self, call: CallRef) -> Sequence[Feedback]:
        """Raise Impossible: nobody is asked."""
        raise self._unsupported(FEEDBACK, call)

    async def attendance(self, call: CallRef) -> Attendance:
        """Raise Impossible: nobody is told who was there."""
        raise self._unsupported(ATTENDANCE, call)

    async def members(self, call: CallRef) -> Page[CallMember]:
        """Raise Impossible: there are no members."""
        raise self._unsupported(MEMBERS, call)

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """Raise Impossible: there are no lists."""
        raise list_unsupported(call, which)

    async def rooms(self) -> Sequence[Room]:
        """Raise Impossible: nothing has a name."""
        raise self._unsupported(ROOMS)

    def _unsupported(self, report: Report, *_: object) -> Impossible:
        return Impossible(
            f"There is no “{report.label}” here: {self.capabilities[report.name].why}"
        )


class WithoutCallLog:
    """The part of `CallProvider` about call logs, for a vendor that has none."""

    logs: bool = False

    async def log(self, wanted: LogFilter, *, limit: int) -> Page[Call]:
        """Raise Impossible: there is no call log."""
        del wanted, limit
        raise Impossible("There is no call log here.")


class WithoutPreparation:
    """The part of `CallActs` about preparing, for acts that begin as they were ordered."""

    prepared: frozenset[str] = frozenset()

    async def prepare(self, act: Act, past: Sequence[Case]) -> Act:
        """The act itself: nothing has to be read first."""
        del past
        return act

    async def departures(self, call: CallRef, verb: Verb) -> Departures | None:
        """None: nothing here makes some leave and others stay."""
        del call, verb
        return None
