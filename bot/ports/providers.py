"""What the bot asks of the vendors, as they are now and as they were."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from bot.calls.acts import Act, Person
from bot.calls.attendance import Attendance
from bot.calls.call_log import LogFilter
from bot.calls.capabilities import Capability
from bot.calls.cases import Case
from bot.calls.models import Call, CallRef, Page, Participant, Vendor
from bot.calls.outcomes import Observation, Receipt
from bot.calls.prior_state import Departures
from bot.calls.recordings import RunningRecording
from bot.calls.reports import CallMember, Feedback, FileKind, Files, Quality, Room, Sightings
from bot.calls.verbs import Listed, Verb
from bot.usage.days import Stretch
from bot.usage.records import CallRecord, VendorDay


class CallActs(Protocol):
    """What one vendor can do to its calls. Every method raises `VendorError`.

    An act is sent again only when the vendor definitely did not execute it.
    """

    prepared: frozenset[str]
    """The verbs, by name, that `prepare` has to see first."""

    async def prepare(self, act: Act, past: Sequence[Case]) -> Act:
        """The act with `before`: what it finds. `past`: the call's cases, newest first.

        Changes nothing. Raises `Impossible` where the act could not be taken back.
        """

    async def departures(self, call: CallRef, verb: Verb) -> Departures | None:
        """How many leave where `verb` lets some stay; None for verbs that do not."""

    async def perform(self, act: Act) -> Receipt:
        """Do it once: at most one person in `act.people`. Returns on the vendor's definite yes.

        Raises `VendorRefused` for a definite no, `Ambiguous` when it may have happened, and
        `Impossible` for a verb that the vendor has no act for.
        """

    async def observe(self, act: Act) -> Observation:
        """Read the vendor: is what `act` asks for the case now? Changes nothing."""


class CallReports(Protocol):
    """What one vendor tells of a call beyond who is in it. Every method raises `VendorError`.

    Each raises `Impossible` where `capabilities` says that the vendor has no such report.
    """

    capabilities: Mapping[str, Capability]
    """Every report by name: that the vendor has it, or why not."""

    lists: frozenset[Listed]
    """The lists of people that `listed` gives."""

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """The files of a call of these kinds, of all its runs."""

    async def recordings_running(self, call: CallRef) -> Sequence[RunningRecording]:
        """The recordings to choose from, oldest first; none where acts take none by id."""

    async def quality(self, call: CallRef) -> Quality:
        """How good the call is, the worst connections first."""

    async def feedback(self, call: CallRef) -> Sequence[Feedback]:
        """What people said about the call, newest first."""

    async def attendance(self, call: CallRef) -> Attendance:
        """Who was in the run that `call` names, else in the latest one."""

    async def members(self, call: CallRef) -> Page[CallMember]:
        """Who belongs to the call, present or not."""

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """Who is on one of its `lists`; `Impossible` also where this call has none."""

    async def rooms(self) -> Sequence[Room]:
        """The call types, presets and rooms that the vendor knows."""


class CallProvider(Protocol):
    """One vendor: its live calls, and the parts that act on them and report of them.

    Every method raises `VendorError`. Reads may be sent again.
    """

    vendor: Vendor
    logs: bool
    """Whether it has a call log."""

    @property
    def acts(self) -> CallActs:
        """What can be done to its calls."""

    @property
    def reports(self) -> CallReports:
        """What it tells of a call beyond who is in it."""

    @property
    def diagnosis(self) -> str:
        """Why no connection to it comes about and what mends it; empty while it answers."""

    @property
    def capabilities(self) -> Mapping[str, Capability]:
        """What can be done here now; it may change when the vendor is found to lack something."""

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        """One page of the calls that are live now, newest first. One vendor request, or two."""

    async def log(self, wanted: LogFilter, *, limit: int) -> Page[Call]:
        """The newest calls of its call log that fit, live or over; `Impossible` without `logs`."""

    async def get(self, call_id: str) -> Call:
        """One call by `CallRef.id`, live or just ended; `NotAtVendor` when there is none."""

    async def participants(
        self, call: CallRef, *, limit: int, cursor: str | None = None
    ) -> Page[Participant]:
        """Who is connected now, not who was invited."""

    async def find(self, words: str) -> Sightings:
        """Who answers to `words` in this vendor's live calls: by id, or any part of the name."""

    async def probe(self) -> str:
        """One harmless read that needs the credentials; in words what it showed."""

    async def aclose(self) -> None:
        """Close the connection pool."""


class UsageSource(Protocol):
    """What one vendor tells of calls that are over. Every method raises `VendorError`."""

    vendor: Vendor
    days_at_once: int
    """How many days are best asked for together."""

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """One page of the runs of calls that overlap `stretch`, those still running among them.

        Newest first where the vendor sorts. A run that changes meanwhile may come on two pages.
        """

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """The vendor's own report of these UTC days; empty where it has none."""


class VendorClient(CallProvider, Protocol):
    """One vendor, as it is now and as it was."""

    @property
    def usage(self) -> UsageSource:
        """What it tells of calls that are over."""


class Signatures(Protocol):
    """Who signed what a vendor sent unasked."""

    async def genuine(self, body: bytes, signature: str) -> bool:
        """Whether the vendor signed exactly these bytes.

        Raises `VendorError` when its public key cannot be had, so that nothing is known.
        """
