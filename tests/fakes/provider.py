"""A vendor in memory, with the interface of the real ones and a script of what goes wrong."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.attendance import Attendance
from bot.calls.capabilities import Capability, Enforcement, cannot
from bot.calls.models import Call, CallRef, Page, Participant, Vendor
from bot.calls.names import fold
from bot.calls.outcomes import Observation, Receipt, Seen
from bot.calls.reports import (
    REPORTS,
    CallMember,
    Feedback,
    File,
    FileKind,
    Files,
    Quality,
    Room,
    Sighting,
    Sightings,
)
from bot.calls.verbs import VERBS, Kick, Listed, RecordPause, RecordResume
from bot.errors import NotAtVendor, VendorTimeout
from bot.providers.unsupported import (
    UnsupportedReports,
    WithoutCallLog,
    WithoutPreparation,
    list_unsupported,
    report_capabilities,
)

STARTED = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

Trouble = Exception | tuple[str, Exception]
"""What goes wrong with one act: an error before the effect, or ("after", error) behind it."""


class FakeReports(UnsupportedReports):
    """Reports of what a FakeProvider keeps."""

    capabilities = report_capabilities(**dict.fromkeys(REPORTS, "it keeps nothing"))
    lists = frozenset(Listed)

    def __init__(self, vendor: "FakeProvider") -> None:
        self._vendor = vendor

    async def files(self, call: CallRef, kinds: frozenset[FileKind]) -> Files:
        """The files of the call of these kinds."""
        self._vendor.answer()
        return Files(
            files=tuple(file for file in self._vendor.kept.get(call.id, ()) if file.kind in kinds)
        )

    async def quality(self, call: CallRef) -> Quality:
        """The quality that was measured of the call."""
        self._vendor.answer()
        return self._vendor.measured.get(call.id, Quality())

    async def feedback(self, call: CallRef) -> Sequence[Feedback]:
        """The feedback on the call."""
        self._vendor.answer()
        return self._vendor.said.get(call.id, ())

    async def attendance(self, call: CallRef) -> Attendance:
        """Who was in the call."""
        self._vendor.answer()
        if self._vendor.attended is None:
            raise VendorTimeout("It tells nobody who was there.", vendor=self._vendor.vendor)
        return self._vendor.attended.get(call.id, Attendance())

    async def members(self, call: CallRef) -> Page[CallMember]:
        """The members of the call."""
        self._vendor.answer()
        return self._vendor.belonging.get(call.id, Page(items=()))

    async def listed(self, call: CallRef, which: Listed) -> Page[Person]:
        """Who is on that list; Impossible where it is not among `lists`."""
        self._vendor.answer()
        if which not in self.lists:
            raise list_unsupported(call, which)
        return self._vendor.rosters.get((call.id, which), Page(items=()))

    async def rooms(self) -> Sequence[Room]:
        """The rooms, types and presets."""
        self._vendor.answer()
        return self._vendor.known


class FakeProvider(WithoutPreparation, WithoutCallLog):
    """Keeps calls and people; `seen` overrides read-backs.

    `done` lists every effect, in order, `acted` the acts behind them.

    `receipts` are given in the place of its own yes.

    Once an order has `reached` it while it `hangs`, it waits to be `let_go`; `waiting` counts them.
    """

    diagnosis = ""
    capabilities: Mapping[str, Capability]

    def __init__(self, vendor: Vendor = Vendor.STREAM) -> None:
        self.vendor = vendor
        self.capabilities = {name: Capability(level=Enforcement.ENFORCED) for name in VERBS} | {
            RecordPause.name: cannot("it has no pause"),
            RecordResume.name: cannot("it has no pause", instead=Kick),
            "record_start": Capability(
                level=Enforcement.ENFORCED, only={"kind": ("composite", "raw")}
            ),
        }
        self.calls: dict[str, Call] = {}
        self.people: dict[str, list[Participant]] = {}
        self.unsearched = 0
        self.kept: dict[str, list[File]] = {}
        self.measured: dict[str, Quality] = {}
        self.said: dict[str, Sequence[Feedback]] = {}
        self.belonging: dict[str, Page[CallMember]] = {}
        self.known: Sequence[Room] = ()
        self.rosters: dict[tuple[str, Listed], Page[Person]] = {}
        self.attended: dict[str, Attendance] | None = {}
        self.script: list[Trouble | None] = []
        self.reports = FakeReports(self)
        self.receipts: list[Receipt] = []
        self.seen: list[Seen | Observation | Exception] = []
        self.silent: Exception | None = None
        self.done: list[tuple[str, str | None]] = []
        self.acted: list[Act] = []
        self.requests = 0
        self.page_size = 100
        self.left: set[str] = set()
        self.hangs, self.waiting = False, 0
        self.reached, self.let_go = asyncio.Event(), asyncio.Event()

    @property
    def acts(self) -> "FakeProvider":
        """The provider itself, which does the acts too."""
        return self

    def open_call(self, name: str, *people: str, title: str | None = None) -> CallRef:
        """A live call with these people in it: `id` or `id=Name`."""
        ref = CallRef(vendor=self.vendor, id=name, session=f"{name}-1")
        self.calls[name] = Call(
            ref=ref, title=title or name, people=len(people), started_at=STARTED
        )
        self.people[name] = [_participant(person) for person in people]
        return ref

    def keep_file(self, name: str, file: str) -> None:
        """A recording of a call, with a link that only its asker may see."""
        url = SecretStr(f"https://files.example/{file}?signature=secret")
        kept = File(kind=FileKind.RECORDING, name=file, url=url, started_at=STARTED)
        self.kept.setdefault(name, []).append(kept)

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        """The calls, newest last; one page of `limit`."""
        self.answer()
        calls = tuple(self.calls.values())
        start = int(cursor or 0)
        end = start + limit
        return Page(items=calls[start:end], next=str(end) if end < len(calls) else None)

    async def get(self, call_id: str) -> Call:
        """The call of that id."""
        self.answer()
        if call_id not in self.calls:
            raise NotAtVendor("There is no such call.", vendor=self.vendor, status=404)
        return self.calls[call_id]

    async def participants(
        self, call: CallRef, *, limit: int, cursor: str | None = None
    ) -> Page[Participant]:
        """Who is there, `page_size` at most; those who `left` take up room on their page."""
        self.answer()
        start = int(cursor or 0)
        end = start + min(limit, self.page_size)
        people = self.people[call.id]
        return Page(
            items=tuple(person for person in people[start:end] if person.id not in self.left),
            next=str(end) if end < len(people) else None,
            total=len(people),
        )

    async def perform(self, act: Act) -> Receipt:
        """Do the act, or whatever the script says instead."""
        self.reached.set()
        if self.hangs:
            self.waiting += 1
            await self.let_go.wait()
        trouble = self.script.pop(0) if self.script else None
        if isinstance(trouble, Exception):
            raise trouble
        person = act.people[0].id if act.people else None
        self.done.append((act.verb.name, person))
        self.acted.append(act)
        if act.verb.name == "kick":
            people = self.people[act.call.id]
            self.people[act.call.id] = [p for p in people if p.id != person]
        if trouble is not None:
            raise trouble[1]
        if self.receipts:
            return self.receipts.pop(0)
        return Receipt(evidence="The vendor said yes.", request_id=f"req-{len(self.done)}")

    async def observe(self, act: Act) -> Observation:
        """What is now so of the act, or the next of `seen`."""
        if self.seen:
            seen = self.seen.pop(0)
            if isinstance(seen, Exception):
                raise seen
            if isinstance(seen, Observation):
                return seen
            return Observation(seen=seen, evidence=f"It shows as {seen.value}.")
        person = act.people[0].id if act.people else None
        done = (act.verb.name, person) in self.done
        return Observation(
            seen=Seen.DONE if done else Seen.NOT_DONE, evidence="It shows." if done else "Not so."
        )

    async def find(self, words: str) -> Sightings:
        """The people in live calls whose id or name holds `words`."""
        self.answer()
        return Sightings(
            unread=self.unsearched,
            found=tuple(
                Sighting(call=call, person=person)
                for name, call in self.calls.items()
                for person in self.people[name]
                if fold(words) in fold(f"{person.id} {person.name}")
            ),
        )

    async def probe(self) -> str:
        """A sentence that it answers."""
        self.answer()
        return "It answers."

    async def aclose(self) -> None:
        """Do nothing: there is nothing to close."""

    def answer(self) -> None:
        """Count a request; raise what makes it `silent`."""
        self.requests += 1
        if self.silent is not None:
            raise self.silent


def _participant(person: str) -> Participant:
    who, _, name = person.partition("=")
    return Participant(
        id=who, name=name or None, custom_id=f"app-{who}", presence=f"{who}-p1", joined_at=STARTED
    )


def names(people: Sequence[Participant]) -> list[str]:
    """The ids of `people`, for comparing."""
    return [person.id for person in people]
