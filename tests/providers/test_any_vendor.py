"""What the bot may rely on whoever the vendor is: one suite over all three clients."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Reach
from bot.calls.cases import Case as Earlier
from bot.calls.models import Call, RtmpTarget, Vendor
from bot.calls.outcomes import Seen
from bot.calls.verbs import VERBS, Aim, Verb
from bot.demo.vendors import (
    CometChatServer,
    RealtimeKitServer,
    StreamServer,
    Visitor,
)
from bot.errors import (
    Impossible,
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorFault,
    VendorGarbled,
    VendorTimeout,
)
from bot.ports import CallProvider
from bot.providers.http.client import Deadlines
from tests.fakes.clock import ManualClock
from tests.fakes.past_cases import case_of
from tests.fakes.verbs import sample
from tests.providers import cometchat_setup, realtimekit_setup, stream_setup

HURRIED = Deadlines(read=0.05, act=0.05)
TARGETS = {"tube": RtmpTarget(url="rtmps://live.example/app", key=SecretStr("a-stream-key"))}
PEOPLE = (Visitor("ada", "Ada"), Visitor("ben", "Ben"))
FIRST: Mapping[str, tuple[str, ...]] = {
    "unblock": ("block",),
    "unsilence": ("silence",),
    "unlock": ("lock",),
    "go_live": ("go_back",),
    "transcribe_stop": ("transcribe_start",),
    "captions_stop": ("captions_start",),
    "revoke": ("grant",),
    "unpin": ("pin",),
    "member_remove": ("member_add",),
    "group_unban": ("group_ban",),
    "record_stop": ("record_start",),
    "record_pause": ("record_start",),
    "record_resume": ("record_start", "record_pause"),
    "live_stop": ("live_start",),
    "rtmp_stop": ("rtmp_start",),
    "rtmp_stop_all": ("rtmp_start",),
}
"""What has to be done before a verb can do anything."""


class Case(NamedTuple):
    """A vendor with one call in which two people are, and a client for it."""

    server: StreamServer | RealtimeKitServer | CometChatServer
    provider: CallProvider
    stranger: CallProvider
    room: str
    nowhere: str


def stream_case(deadlines: Deadlines | None) -> Case:
    server = StreamServer(ManualClock())

    def client(secret: str) -> CallProvider:
        return stream_setup.client(server, secret=secret, rtmp_targets=TARGETS, deadlines=deadlines)

    room = server.open("default:room", "Room").id
    server.rooms[room].members["carla"] = "user"
    server.keep(room, "rec_1.mp4")
    server.keep(room, "t_1.jsonl", recording=False)
    wrong = "another-secret-that-is-long-enough-to-sign"
    return Case(server, client(server.api_secret), client(wrong), room, "default:nowhere")


def realtimekit_case(deadlines: Deadlines | None) -> Case:
    server = RealtimeKitServer(ManualClock())

    def client(token: str) -> CallProvider:
        return realtimekit_setup.client(
            server, token=token, rtmp_targets=TARGETS, deadlines=deadlines
        )

    room = server.open("room", "Room").id
    return Case(server, client(server.api_token), client("another-token"), room, "nowhere")


def cometchat_case(deadlines: Deadlines | None) -> Case:
    server = CometChatServer(ManualClock())

    def client(key: str) -> CallProvider:
        return cometchat_setup.client(server, key=key, deadlines=deadlines)

    room = server.open("v1.us.room", "Room", invited=["ada", "ben"]).id
    return Case(server, client(server.api_key), client("another-key"), room, "v1.us.nowhere")


CASES = {
    Vendor.STREAM: stream_case,
    Vendor.REALTIMEKIT: realtimekit_case,
    Vendor.COMETCHAT: cometchat_case,
}


@pytest.fixture(params=list(Vendor))
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return Vendor(request.param)


@pytest.fixture
def deadlines() -> Deadlines | None:
    return None


@pytest.fixture
async def case(vendor: Vendor, deadlines: Deadlines | None) -> AsyncIterator[Case]:
    made = CASES[vendor](deadlines)
    for visitor in PEOPLE:
        made.server.join(made.room, visitor)
    yield made
    await made.provider.aclose()
    await made.stranger.aclose()


async def only_call(case: Case) -> Call:
    (call,) = (await case.provider.list_live(limit=10)).items
    return call


async def target(case: Case, verb: Verb, call: Call) -> Act:
    """The verb aimed at the second person, at everyone where nobody can be named, or the call."""
    people: tuple[Person, ...] = ()
    everyone = case.provider.capabilities[verb.name].aims is Reach.EVERYONE
    if verb.aim is not Aim.CALL and not everyone:
        there = (await case.provider.participants(call.ref, limit=10)).items
        people = tuple(
            Person.of(person) for person in there if "ben" in {person.id, person.custom_id}
        )
    return Act(verb=verb, call=call.ref, title=call.title, people=people, everyone=everyone)


LISTING: Mapping[Vendor, int] = {Vendor.STREAM: 1, Vendor.REALTIMEKIT: 2, Vendor.COMETCHAT: 1}
"""Requests for a list of calls: RealtimeKit tells apart from it what is recorded."""


async def test_the_one_live_call_is_listed_in_few_requests(case: Case, vendor: Vendor) -> None:
    call = await only_call(case)
    assert (call.ref.vendor, call.ref.id, call.people) == (vendor, case.room, 2)
    assert case.provider.vendor is vendor
    assert len(case.server.requests) == LISTING[vendor]


async def test_a_call_read_alone_is_the_one_that_was_listed(case: Case) -> None:
    listed, read = await only_call(case), await case.provider.get(case.room)
    assert (read.ref, read.title, read.people) == (listed.ref, listed.title, listed.people)
    assert read.started_at == listed.started_at


async def test_participants_are_connected_people_and_not_those_who_left(case: Case) -> None:
    call = await only_call(case)
    case.server.leave(case.room, "ada")
    (ben,) = (await case.provider.participants(call.ref, limit=10)).items
    assert "ben" in {ben.id, ben.custom_id}
    assert ben.joined_at == case.server.clock.now()


async def test_an_unknown_call_is_not_at_the_vendor(case: Case) -> None:
    with pytest.raises(NotAtVendor) as caught:
        await case.provider.get(case.nowhere)
    assert caught.value.vendor == case.provider.vendor


@pytest.mark.parametrize("deadlines", [HURRIED])
async def test_a_silent_vendor_costs_no_more_than_the_deadline(case: Case) -> None:
    case.server.faults.hang(times=None)
    with pytest.raises(VendorTimeout):
        await case.provider.list_live(limit=10)


async def test_a_stranger_is_denied_at_the_first_try(case: Case) -> None:
    with pytest.raises(VendorDenied):
        await case.stranger.list_live(limit=10)
    assert len(case.server.requests) == 1


async def test_an_answer_that_cannot_be_read_is_garbled(case: Case) -> None:
    for spoil in (case.server.faults.html, case.server.faults.malformed):
        spoil()
        with pytest.raises(VendorGarbled):
            await case.provider.list_live(limit=10)


async def test_a_read_survives_one_failure_and_one_broken_connection(case: Case) -> None:
    case.server.faults.error(500)
    case.server.faults.drop()
    assert (await only_call(case)).ref.id == case.room


async def test_a_vendor_that_keeps_failing_or_is_busy_says_which(case: Case) -> None:
    case.server.faults.error(500, times=4)
    with pytest.raises(VendorFault):
        await case.provider.list_live(limit=10)
    case.server.faults.limit(60)
    with pytest.raises(VendorBusy) as caught:
        await case.provider.list_live(limit=10)
    assert caught.value.retry_after == 60


async def test_every_verb_is_spoken_for_and_what_is_not_possible_says_why(case: Case) -> None:
    capabilities = case.provider.capabilities
    assert set(capabilities) == set(VERBS)
    for capability in capabilities.values():
        assert capability.possible or capability.why
        assert capability.instead is None or capabilities[capability.instead].possible


@pytest.mark.parametrize("name", list(VERBS))
async def test_a_verb_changes_the_vendor_and_shows_or_is_impossible(case: Case, name: str) -> None:
    call = await only_call(case)
    act = await target(case, sample(name), call)
    if not case.provider.capabilities[name].possible:
        with pytest.raises(Impossible):
            await case.provider.acts.perform(act)
        assert case.server.effects == []
        return
    past: list[Earlier] = []
    for earlier in FIRST.get(name, ()):
        if not case.provider.capabilities[earlier].possible:
            continue
        done = await case.provider.acts.prepare(await target(case, sample(earlier), call), past)
        await case.provider.acts.perform(done)
        past.append(case_of(done))
    act = await case.provider.acts.prepare(act, past)
    before = len(case.server.effects)
    assert (await case.provider.acts.observe(act)).seen is not Seen.DONE
    receipt = await case.provider.acts.perform(act)
    assert len(case.server.effects) > before
    seen = await case.provider.acts.observe(act)
    assert seen.seen is not Seen.NOT_DONE
    assert receipt.evidence
    assert seen.evidence


async def test_different_searches_at_the_same_moment_cost_as_much_as_one(case: Case) -> None:
    await case.provider.find("nobody")
    one = len(case.server.requests)
    found = await asyncio.gather(
        *(case.provider.find(f"nobody {n}") for n in range(30)), case.provider.find("ada")
    )
    assert len(case.server.requests) == 2 * one
    assert [len(each.found) for each in found] == [0] * 30 + [1]
    await case.provider.find("ada")
    assert len(case.server.requests) == 3 * one
