"""From typed words to an act: which call and which people are meant, and whether it can be done."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Capability, Reach
from bot.calls.live import ListView
from bot.calls.models import Call, CallRef, Frozen, Participant, Vendor
from bot.calls.names import fold
from bot.calls.verbs import (
    VERBS,
    Aim,
    Listed,
    Mute,
    RecordPause,
    RecordResume,
    RecordStop,
    RtmpStart,
    RtmpStop,
    RtmpStopAll,
    Verb,
)
from bot.errors import (
    AmbiguousCall,
    AmbiguousPerson,
    BadInput,
    Impossible,
    VendorError,
)
from bot.moderation.absent_people import AbsentPeople, not_listed, roster_index
from bot.moderation.case_marks import RecentCases
from bot.moderation.live_calls import LiveCalls, longer_handles
from bot.moderation.people_index import PeopleIndex
from bot.moderation.people_parser import MOST_NAMED, ParsedPeople, parse_people
from bot.moderation.recording_choice import require_one, require_output
from bot.moderation.unmatched import SHOWN_NAMES, no_such_call, nobody_matches


class TypedOrder(Frozen):
    """An order on people as it was typed: the call, and the text behind it, reason and all.

    `literal` is that text with the words in it that were taken for options; `words` are the names
    as far as signs alone tell them, `everyone` whether all are meant; who is there decides.
    """

    call: str
    text: str
    literal: str = ""
    words: tuple[str, ...] = ()
    everyone: bool = False


class ResolvedOrder(NamedTuple):
    """An act that typed words mean, and `reading`, how the names among them were read."""

    act: Act
    reading: ParsedPeople

    @property
    def rest(self) -> str:
        """The text that names nobody: the reason."""
        return self.reading.rest


class UnclearPeople(AmbiguousPerson):
    """Words that can be read in more than one way, or only in part: somebody has to be asked."""

    def __init__(self, verb: Verb, call: Call, reading: ParsedPeople) -> None:
        super().__init__(
            " ".join(unclear_words(verb, reading)) or "That order is not complete.",
            next_step="Nothing was done. Write a whole name in quotation marks, or the id.",
        )
        self.call = call
        self.reading = reading


def unclear_words(verb: Verb, reading: ParsedPeople) -> list[str]:
    """What is unclear about who is meant, a sentence each; the likeliest first."""
    said = []
    if reading.or_everyone:
        said.append("That may be a name, or everyone in the call.")
    if reading.others:
        said.append(_who_else(reading))
    said += [
        f"{_told_apart(participant)} may be named or be a part of the reason."
        for participant in reading.doubted
    ]
    if reading.unlisted:
        said.append(
            f"{reading.unlisted} more people are in the call than are listed: "
            "somebody else of that name may be among them."
        )
    said += [f"No one matches “{word}”." for word in reading.unknown[:SHOWN_NAMES]]
    said += [f"{_told_apart(person)} has left the call." for person in reading.left[:SHOWN_NAMES]]
    if reading.left and not reading.everyone:
        said.append(_of_left(verb))
    return said


def _of_left(verb: Verb) -> str:
    """Whether the verb can still be done to somebody who has left."""
    if verb.keeps_out:
        return f"“{verb.label}” works all the same: they cannot come back while it holds."
    return f"“{verb.label}” works only on people who are in the call: choose one of them."


def _who_else(reading: ParsedPeople) -> str:
    """Who else the words may mean, beside the likeliest."""
    rest = len(reading.others) - SHOWN_NAMES
    others = ", ".join(_told_apart(other) for other in reading.others[:SHOWN_NAMES])
    others += f" and {rest} more" if rest > 0 else ""
    likely = ", ".join(_told_apart(person) for person in reading.people[:SHOWN_NAMES])
    if reading.excepting and not likely:
        return f"That fits more than one person: {others}. Choose whom to leave out."
    if reading.everyone:
        but = f"everyone except {likely}" if likely else "everyone"
        return f"Likely meant: {but}. {others} may be meant as well."
    if likely:
        return f"Likely meant: {likely}. It may also be {others}."
    several = len(reading.others) > 1
    return f"That fits more than one person: {others}." if several else f"It may be {others}."


class TargetResolver:
    """Resolves words against what was shown lately, and asks the vendors only when it must."""

    def __init__(self, live_calls: LiveCalls, past: RecentCases) -> None:
        self._live_calls = live_calls
        self.absent_people = AbsentPeople(live_calls, past)

    async def call(self, word: str) -> Call:
        """The call meant by a handle, a vendor's id, or `vendor:id`.

        Raises UnknownCall, AmbiguousCall, or VendorError for an explicit `vendor:id`.
        """
        known = self._live_calls.recent_calls.called(word)
        if not known and (ref := explicit(word, self._live_calls.providers)):
            return await self._live_calls.get(ref)
        if not known:
            known = await self._live(word)
        if len(known) > 1:
            raise AmbiguousCall(
                f"{word.upper()} fits {len(known)} calls.", next_step=_tell_apart(known)
            )
        return known[0]

    async def _live(self, word: str) -> list[Call]:
        """The live calls a word means; UnknownCall when there is none.

        Where a vendor has more calls than one page shows, all its pages are read first.
        """
        listing = await self._live_calls.list_calls(ListView())
        known = self._live_calls.recent_calls.called(word)
        if not known and listing.partial:
            await self._live_calls.call_index.refresh()
            troubles = (*listing.troubles, *self._live_calls.call_index.troubles)
            listing = listing.model_copy(update={"troubles": troubles})
            known = self._live_calls.recent_calls.called(word)
        if not known:
            raise no_such_call(word, listing)
        return known

    async def resolve(
        self,
        verb: Verb,
        call_word: str,
        people: Sequence[str],
        *,
        everyone: bool,
        spared: Sequence[str] = (),
    ) -> Act:
        """The act that these words mean. Raises BadInput, Impossible or VendorError."""
        call = await self.call(call_word)
        self.require_capability(verb, call.ref, everyone=everyone, sparing=bool(spared))
        await self.require_recording(verb, call.ref)
        await self._require_output(verb, call.ref)
        if isinstance(verb, RtmpStopAll):
            await self._require_all_outputs(call)
        return Act(
            verb=verb,
            call=call.ref,
            title=call.title,
            people=await self._people(verb, call, people),
            everyone=everyone,
            spared=await self._people(verb, call, spared),
        )

    async def knows_names(self, verb: Verb, call_word: str) -> bool:
        """Whether everybody whom `verb` can mean in that call is known by name.

        Not so for a verb that means anybody, nor where a list is not told or too long: by id then.
        """
        if verb.aim is Aim.PEOPLE or verb.listed is None:
            return verb.aim is Aim.PEOPLE
        call = await self.call(call_word)
        self.require_capability(verb, call.ref)
        return (await self.absent_people.roster(call.ref, verb.listed)).complete

    async def meant(self, verb: Verb, typed: TypedOrder) -> ResolvedOrder:
        """The act on people that a typed order means, and the words that are left for a reason.

        Raises UnclearPeople where the words can be read in more than one way, BadInput, Impossible
        and VendorError.
        """
        call = await self.call(typed.call)
        self.require_capability(
            verb, call.ref, everyone=typed.everyone, sparing=typed.everyone and bool(typed.words)
        )
        reading = await self.reading(verb, call, typed)
        self.require_capability(
            verb, call.ref, everyone=reading.everyone, sparing=reading.excepting
        )
        if not reading.settled:
            raise UnclearPeople(verb, call, reading)
        people = tuple(map(Person.of, reading.people))
        act = Act(
            verb=verb,
            call=call.ref,
            title=call.title,
            people=() if reading.everyone else people,
            everyone=reading.everyone,
            spared=people if reading.everyone else (),
        )
        return ResolvedOrder(act, reading)

    async def reading(self, verb: type[Verb] | Verb, call: Call, typed: TypedOrder) -> ParsedPeople:
        """The people named in a typed order, in every way to read it. Raises UnknownPerson."""
        if verb.listed is not None:
            return await self._listed(verb, verb.listed, call, typed)
        known = self._live_calls.recent_calls.people(call.ref)
        if known is not None:
            reading = _read(verb, typed, known)
            if reading.settled and reading.surely_ends:
                return reading
        people_index = await self._live_calls.people_index(call.ref, typed.words)
        reading = _read(verb, typed, people_index)
        require_few(reading)
        if reading.unknown and not reading.people and not reading.others:
            raise nobody_matches(reading.unknown[0], people_index, call, verb)
        return reading

    async def _listed(
        self, verb: type[Verb] | Verb, which: Listed, call: Call, typed: TypedOrder
    ) -> ParsedPeople:
        """The same of those who are on a list of the call's, or were put on it by a case."""
        roster = await self.absent_people.lately(call.ref, which)
        reading = _read(verb, typed, roster_index(roster))
        require_few(reading)
        if reading.unknown and not reading.people and not reading.others:
            raise not_listed(reading.unknown[0], roster, call)
        return reading

    def require_capability(
        self, verb: Verb, ref: CallRef, *, everyone: bool = False, sparing: bool = False
    ) -> None:
        """Raise Impossible, with the nearest verb that works, unless it can be done in that call.

        `sparing` is everyone but some: where a vendor can leave out nobody, it is never everyone.
        """
        vendor = ref.vendor
        call = self._live_calls.recent_calls.call(ref) or Call(ref=ref, title="", people=0)
        capability = self._live_calls.capabilities(call)[verb.name]
        if not capability.possible:
            raise Impossible(
                f"{verb.label} is not available on {vendor.label}. {capability.why}",
                next_step=_instead(capability),
            )
        if verb.aim is Aim.PEOPLE and not capability.reaches(everyone=everyone):
            raise Impossible(
                f"On {vendor.label}, {verb.label} is only available for {capability.aims}.",
                next_step=_instead(capability),
            )
        if sparing and capability.aims is Reach.EVERYONE:
            raise Impossible(
                f"{vendor.label} can do “{verb.label}” only to everyone at once: it cannot leave "
                "anybody out. Nothing was done.",
                next_step=f"Order it for everyone, or “{Mute.label}” everyone but them.",
            )
        if (refused := capability.refuses(verb)) is not None:
            raise _not_offered(verb, vendor, capability, refused)

    async def _require_all_outputs(self, call: Call) -> None:
        """BadInput where “all” may be one output: it is one's name."""
        running = (await self._live_calls.get(call.ref)).rtmp or ()
        named = next((name for name in running if fold(name) == "all"), None)
        if named is not None:
            raise BadInput(
                f"An RTMP output of this call is named “{named}”: it is not clear which to stop.",
                next_step=f'For that one put its name in quotation marks: `stop "{named}"`. For '
                "every output choose “Stop all RTMP outputs” in a form: type `rtmp` and the call.",
            )

    async def require_recording(self, verb: Verb, call: CallRef) -> None:
        """Raise WhichRecording unless `verb` leaves no doubt about which recording it means."""
        if isinstance(verb, RecordStop | RecordPause | RecordResume):
            provider = self._live_calls.provider(call.vendor)
            require_one(verb, call, await provider.reports.recordings_running(call))

    async def _require_output(self, verb: Verb, call: CallRef) -> None:
        """BadInput where `verb` stops an RTMP output by a name that none has while others run.

        What cannot be read holds nothing up: stopping is urgent.
        """
        if isinstance(verb, RtmpStop):
            with suppress(VendorError):
                require_output(verb, await self._live_calls.get(call))

    async def _people(self, verb: Verb, call: Call, words: Sequence[str]) -> tuple[Person, ...]:
        if not words:
            return ()
        if verb.aim is Aim.ABSENT:
            return await self.absent_people.people(call, verb, words)
        there = self._live_calls.recent_calls.people(call.ref)
        if there is None or not all(there.find(word) for word in words):
            there = await self._live_calls.people_index(call.ref, words)
        return distinct([pick(word, there, call, verb) for word in words])


def explicit(word: str, connected: Mapping[Vendor, object]) -> CallRef | None:
    """The call meant by `vendor:id`, None when the word has another form."""
    vendor, colon, call_id = word.partition(":")
    if colon and call_id and vendor.lower() in set(connected):
        return CallRef(vendor=Vendor(vendor.lower()), id=call_id)
    return None


def require_few(reading: ParsedPeople) -> None:
    """Raise BadInput where more people are named than one order may."""
    if len(reading.people) > MOST_NAMED:
        raise BadInput(
            f"At most {MOST_NAMED} people can be named in one order.",
            next_step="Nothing was done. Name the rest in another order.",
        )


def _read(verb: type[Verb] | Verb, typed: TypedOrder, people_index: PeopleIndex) -> ParsedPeople:
    """The text read; where a word of it that was taken for an option is part of a name, doubt."""
    reading = parse_people(typed.text, people_index, everyone=verb.everyone)
    if not typed.literal or typed.literal == typed.text:
        return reading
    literal = parse_people(typed.literal, people_index, everyone=verb.everyone)
    known = {person.id for person in (*reading.people, *reading.others)}
    more = [
        participant
        for participant in (*literal.people, *literal.others)
        if participant.id not in known
    ]
    return replace(reading, others=(*reading.others, *more))


def _not_offered(verb: Verb, vendor: Vendor, capability: Capability, refused: str) -> Impossible:
    """What a vendor takes in place of the value of an option that was `refused`."""
    name, _, value = refused.partition(" ")
    offered = ", ".join(capability.only[name])
    if isinstance(verb, RtmpStart):
        return Impossible(f"There is no RTMP target “{value}”.", next_step=f"Targets: {offered}.")
    return Impossible(
        f"{verb.label} on {vendor.label} has no option “{value}”.",
        next_step=f"Options: {offered}.",
    )


def pick(word: str, there: PeopleIndex, call: Call, verb: Verb | None = None) -> Person:
    """The one person `word` means. Raises UnknownPerson or AmbiguousPerson otherwise."""
    found = there.find(word)
    if all(participant in there.left for participant in found):
        raise nobody_matches(word, there, call, verb)
    if len(found) > 1:
        ids = ", ".join(_told_apart(person) for person in found[:SHOWN_NAMES])
        raise AmbiguousPerson(
            f"“{word}” fits {len(found)} people.", next_step=f"Use the id: {ids}."
        )
    return Person.of(found[0])


def _told_apart(person: Participant) -> str:
    role = f" ({person.role})" if person.role else ""
    return f"{person.shown}{role} = {person.custom_id or person.id}"


def distinct(people: Sequence[Person]) -> tuple[Person, ...]:
    """The same people, each once, in the order they were named."""
    return tuple({person.id: person for person in people}.values())


def _tell_apart(calls: Sequence[Call]) -> str:
    longer = longer_handles(calls)
    lines = [f"{longer[call.ref]} = “{call.title}” ({call.ref.vendor.label})" for call in calls]
    return "Type more letters: " + ", ".join(lines) + "."


def _instead(capability: Capability) -> str:
    if capability.instead is None:
        return ""
    nearest = VERBS[capability.instead]
    return f"Use “{nearest.label}” instead: {nearest.summary}"
