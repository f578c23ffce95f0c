"""Every verb and every report, driven through the real clients against the documents' answers.

What a client can do is asked of the client itself: a new act or report is driven by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, partial
from itertools import product
from typing import Any, NamedTuple

import httpx
import stamina
from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.call_log import LogFilter, LoggedStatus, Media
from bot.calls.models import CallRef, Participant, RtmpTarget, Vendor
from bot.calls.prior_state import CallLimits, HeldRights, PriorState
from bot.calls.reports import RECORDINGS, REPORTS, TRANSCRIPTS, FileKind
from bot.calls.verbs import VERBS, Aim, Listed, Track, Unlock, Unsilence, Verb
from bot.errors import CallwardenError
from bot.ports import CallProvider, VendorClient
from bot.providers.cometchat.provider import cometchat
from bot.providers.http.client import HttpClient
from bot.providers.realtimekit.provider import realtimekit
from bot.providers.stream.observe_people import RIGHTS
from bot.providers.stream.provider import stream
from bot.usage.days import Stretch
from tests.contracts.answers import Story, answer, refusal
from tests.contracts.contract import Operation, faults, load, operation_of
from tests.contracts.stories import CALLS, PERSON, WORLDS
from tests.fakes.clock import ManualClock
from tests.fakes.verbs import SAMPLES

TARGETS = {"tube": RtmpTarget(url="rtmps://live.example/app", key=SecretStr("a-stream-key"))}
KINDS = {
    RECORDINGS.name: frozenset({FileKind.RECORDING}),
    TRANSCRIPTS.name: frozenset(FileKind) - {FileKind.RECORDING},
}
ACTS = {" ".join(verb.words) for verb in VERBS.values()}
"""What is typed for each verb."""

FOUND = {
    Unlock.name: PriorState(limits=CallLimits(people=50, but_roles=("host",), seconds=60)),
    Unsilence.name: PriorState(
        rights=(HeldRights(person=PERSON, rights=tuple(RIGHTS[Track.EVERYTHING])),)
    ),
}
"""What acts that take others back have found; the others find it themselves."""

STRANGER = Person(id="somebody-else")
"""Somebody whom no answer names."""

Run = Callable[[VendorClient], Awaitable[object]]

EVER = Stretch(datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
"""A stretch in which every time of every answer lies."""

EVERYTHING = LogFilter(status=LoggedStatus.ENDED, user=PERSON, media=Media.VIDEO, recorded=True)
"""All that a call log can be asked for at once."""

A_DAY = date(2026, 11, 20)


class Asked(NamedTuple):
    """A request: the operation it is for, None when no document has it, and what is wrong."""

    operation: Operation | None
    what: str
    faults: tuple[str, ...]


class Trip(NamedTuple):
    """What is typed in Slack, in which world, what it asked of the vendor, and how it ended.

    `refused` are the operations that the vendor refused, by their keys, with the status.
    """

    words: str
    world: str
    asked: tuple[Asked, ...]
    end: object
    run: Run
    refused: Mapping[str, int] = {}

    @property
    def failed(self) -> bool:
        """Whether it ended with an error of ours."""
        return isinstance(self.end, CallwardenError)


class Answering(httpx.AsyncBaseTransport):
    """A vendor that answers from its document; `refusing` maps an operation to an error status."""

    def __init__(self, vendor: Vendor, story: Story, refusing: Mapping[str, int]) -> None:
        self._operations = operations(vendor)
        self._story = story
        self._refusing = refusing
        self.asked: list[Asked] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        operation = operation_of(self._operations, request)
        what = f"{request.method} {request.url.path}"
        if operation is None:
            self.asked.append(Asked(None, what, (f"{what} is in no document",)))
            return httpx.Response(404, content=b"{}")
        self.asked.append(Asked(operation, what, tuple(faults(operation, request))))
        status = self._refusing.get(operation.key)
        if status is not None:
            headers = {"Retry-After": "60"} if status == httpx.codes.TOO_MANY_REQUESTS else {}
            return httpx.Response(status, content=refusal(operation, status), headers=headers)
        status, body = answer(operation, self._story)
        return httpx.Response(status, content=body)


@cache
def operations(vendor: Vendor) -> tuple[Operation, ...]:
    """What is kept of a vendor's documents, read once."""
    return tuple(load(vendor))


def client(vendor: Vendor, transport: httpx.AsyncBaseTransport) -> VendorClient:
    """The real client, at the vendor's real addresses; nothing leaves the process."""
    clock, key = ManualClock(), SecretStr("a-key-that-is-long-enough-to-sign-with")
    connect = partial(HttpClient, clock=clock, transport=transport)
    if vendor is Vendor.STREAM:
        return stream(
            api_key="key",
            api_secret=key,
            base_url="https://video.stream-io-api.com",
            clock=clock,
            rtmp_targets=TARGETS,
            moderator_id="moderator",
            connect=connect,
        )
    if vendor is Vendor.REALTIMEKIT:
        return realtimekit(
            account_id="account",
            app_id="app",
            api_token=key,
            base_url="https://api.cloudflare.com/client/v4",
            clock=clock,
            rtmp_targets=TARGETS,
            connect=connect,
        )
    return cometchat(
        api_key=key,
        base_url="https://app.call-us.cometchat.io/v3",
        chat_base_url="https://app.api-us.cometchat.io/v3",
        clock=clock,
        connect=connect,
    )


async def travel(
    vendor: Vendor, words: str, run: Run, world: str, refusing: Mapping[str, int] | None = None
) -> Trip:
    """Let a client of its own do it once; errors of ours are how it ended, others are raised."""
    transport = Answering(vendor, WORLDS[vendor][world], refusing or {})
    provider = client(vendor, transport)
    try:
        with stamina.set_testing(True, attempts=1):
            end: object = await run(provider)
    except CallwardenError as error:
        end = error
    finally:
        await provider.aclose()
    return Trip(words, world, tuple(transport.asked), end, run, refusing or {})


async def trips(vendor: Vendor) -> list[Trip]:
    """Everything a client can do, in every world."""
    made: list[Trip] = []
    for world, story in WORLDS[vendor].items():
        provider = client(vendor, Answering(vendor, story, {}))
        call = (await provider.get(CALLS[vendor])).ref
        people = (await provider.participants(call, limit=10)).items
        assert [person.id for person in people if PERSON in {person.id, person.custom_id}], people
        for words, run in _runs(provider, call, people):
            made.append(await travel(vendor, words, run, world))
        await provider.aclose()
    return made


async def second_thoughts(vendor: Vendor, made: Sequence[Trip]) -> list[Trip]:
    """Every act again where its first write is refused: some go another way then."""
    again: dict[tuple[str, int], tuple[Trip, str]] = {}
    for number, trip in enumerate(made):
        if trip.words in ACTS:
            for order in trip.asked:
                if order.operation and order.operation.method != "GET":
                    again[order.operation.key, number] = trip, order.operation.key
    return [
        await travel(vendor, trip.words, trip.run, trip.world, {key: 400})
        for trip, key in again.values()
    ]


def everything(vendor: Vendor) -> list[Trip]:
    """All trips of a vendor, second thoughts included."""

    async def go() -> list[Trip]:
        made = await trips(vendor)
        return [*made, *await second_thoughts(vendor, made)]

    return asyncio.run(go())


def _runs(
    provider: CallProvider, call: CallRef, people: Sequence[Participant]
) -> Iterator[tuple[str, Run]]:
    yield "list", lambda to: to.list_live(limit=25)
    yield "show", lambda to: to.get(call.id)
    yield "show", lambda to: to.participants(call, limit=25)
    yield "find", lambda to: to.find(PERSON)
    if provider.logs:
        yield "list", lambda to: to.log(EVERYTHING, limit=25)
    yield "doctor", lambda to: to.probe()
    yield "digest", lambda to: to.usage.history(EVER)
    yield "digest", lambda to: to.usage.reported(A_DAY, A_DAY)
    for name in REPORTS:
        if provider.reports.capabilities[name].possible:
            yield name, _run_report(name, call)
    if provider.reports.capabilities[RECORDINGS.name].possible:
        yield RECORDINGS.name, lambda to: to.reports.recordings_running(call)
    for which in sorted(provider.reports.lists):
        yield "show", _run_list(which, call)
    for act in _acts(provider, call, people):
        yield " ".join(act.verb.words), _run_act(act)


def _run_report(name: str, call: CallRef) -> Run:
    if name in KINDS:
        return lambda to: to.reports.files(call, KINDS[name])
    if not REPORTS[name].of_call:
        return lambda to: getattr(to.reports, name)()
    return lambda to: getattr(to.reports, name)(call)


def _run_list(which: Listed, call: CallRef) -> Run:
    return lambda to: to.reports.listed(call, which)


def _run_act(act: Act) -> Run:
    async def run(provider: VendorClient) -> object:
        receipt = await provider.acts.perform(act)
        await provider.acts.observe(act)
        return receipt

    return run


def _acts(provider: CallProvider, call: CallRef, people: Sequence[Participant]) -> Iterator[Act]:
    them = tuple(Person.of(person) for person in people)
    for name, capability in provider.capabilities.items():
        if not capability.possible:
            continue
        for verb in variants(VERBS[name], capability.only):
            about: dict[str, Any] = {"verb": verb, "call": call, "title": "Room"}
            if name in FOUND:
                about["before"] = FOUND[name]
            if verb.aim is Aim.CALL:
                yield Act(**about)
                continue
            if capability.reaches(everyone=False):
                yield Act(**about, people=them[:1])
            if verb.aim is Aim.ABSENT:
                yield Act(**about, people=(STRANGER,))
            if verb.everyone and capability.reaches(everyone=True):
                yield Act(**about, everyone=True)
                yield Act(**about, everyone=True, spared=(STRANGER,))


def variants(kind: type[Verb], only: Mapping[str, tuple[str, ...]]) -> Iterator[Verb]:
    """A verb with each value of each of its choices that the vendor takes."""
    choices: dict[str, list[str]] = {}
    for name, field in kind.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Enum):
            choices[name] = [str(choice.value) for choice in field.annotation]
        if name in only:
            choices[name] = list(only[name])
    for values in product(*choices.values()):
        given = {**SAMPLES.get(kind.name, {}), **dict(zip(choices, values, strict=True))}
        yield kind.model_validate(given)
