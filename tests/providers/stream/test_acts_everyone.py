"""Acts on everyone in a Stream call but the spared, also where more are there than it lists."""

import asyncio

import httpx
import pytest

from bot.calls.acts import Person
from bot.calls.outcomes import Seen
from bot.calls.verbs import Kick, Mute, Silence, Track, Unsilence, Verb
from bot.demo.vendors import AppTransport, StreamServer, Visitor
from bot.errors import (
    Ambiguous,
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorFault,
    VendorRefused,
)
from bot.providers.stream.acts_everyone import AT_ONCE, SECONDS
from bot.providers.stream.provider import StreamProvider
from tests.fakes.clock import ManualClock
from tests.providers.stream_setup import BEN, CID, asked, begun, client, fill, here, order, standup

ADA = Person(id="ada")


async def test_everyone_but_the_spared_is_muted_in_one_request_by_their_ids(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 2)
    act = order(Mute(tracks=Track.VIDEO), everyone=True, spared=(ADA,))
    receipt = await provider.acts.perform(act)
    [sent] = asked(server, "/mute_users")
    assert sent == {"user_ids": ["ben", "p000", "p001"], "video": True}
    assert "for 3 in the call, 1 left out" in receipt.evidence
    seen = await provider.acts.observe(act)
    assert (seen.seen, seen.evidence) == (Seen.DONE, "Everyone except ada has the camera off.")


async def test_whoever_sends_in_a_call_of_300_is_muted_though_only_100_are_listed(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 298)
    act = order(Mute(), everyone=True, spared=(ADA,))
    await provider.acts.perform(act)
    sending = {person.visitor.id for person in server.rooms[CID].here() if "audio" in person.tracks}
    assert sending == {"ada"}
    assert (await provider.acts.observe(act)).seen is Seen.DONE


async def test_a_mute_of_everyone_counts_who_still_sends_without_the_spared(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 148)
    act = order(Mute(), everyone=True, spared=(ADA,))
    assert "149 in the call still send audio." in (await provider.acts.observe(act)).evidence


async def test_where_only_the_spared_are_nothing_is_sent(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.leave(CID, "ben")
    for verb in (Mute(), Kick(), Silence()):
        await provider.acts.perform(order(verb, everyone=True, spared=(ADA,)))
    silence = await begun(provider, order(Silence(), everyone=True))
    back = order(Unsilence(), everyone=True, spared=(ADA,))
    assert (await provider.acts.perform(await provider.acts.prepare(back, [silence]))).already
    assert server.effects == []
    asked_for = {seen.path.rsplit("/", 1)[1] for seen in server.requests}
    assert asked_for == {"participants", "calltypes"}


async def test_everyone_but_the_spared_is_kicked_one_by_one_and_counted(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 3)
    act = order(Kick(), everyone=True, spared=(ADA,))
    assert "4 are in the call" in (await provider.acts.observe(act)).evidence
    receipt = await provider.acts.perform(act)
    assert "for 4 in the call, 1 left out" in receipt.evidence
    assert here(server) == {"ada"}
    assert (await provider.acts.observe(act)).evidence == "Nobody is left in the call except ada."


async def test_a_call_of_300_is_emptied_round_by_round_within_the_pool(clock: ManualClock) -> None:
    server = standup(clock)
    fill(server, 298)
    under_way, most = 0, 0

    class Counting(AppTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            try:
                return await super().handle_async_request(request)
            finally:
                under_way -= 1

    provider = client(server, transport=Counting(server.app))
    act = order(Kick(), everyone=True)
    assert "for 300 in the call" in (await provider.acts.perform(act)).evidence
    assert (here(server), most <= AT_ONCE) == (set(), True)
    assert len(asked(server, "/kick")) == 300
    assert (await provider.acts.observe(act)).seen is Seen.DONE


async def test_who_has_two_devices_is_kicked_once(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.join(CID, BEN)
    await provider.acts.perform(order(Kick(), everyone=True, spared=(ADA,)))
    assert asked(server, "/kick") == [{"user_id": "ben"}]


async def test_a_kick_of_everyone_done_again_takes_only_who_is_still_there(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 5)
    server.faults.drop(after=True, on="/kick")
    act = order(Kick(), everyone=True, spared=(ADA,))
    with pytest.raises(Ambiguous):
        await provider.acts.perform(act)
    left = here(server) - {"ada"}
    before = len(asked(server, "/kick"))
    await provider.acts.perform(act)
    again = {body["user_id"] for body in asked(server, "/kick")[before:]}
    assert (again, here(server)) == (left, {"ada"})


async def test_trouble_after_some_were_kicked_is_never_nothing_done(
    server: StreamServer,
) -> None:
    fill(server, 20)
    sent = 0
    inner = AppTransport(server.app)

    class TiresOut(AppTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal sent
            sent += request.url.path.endswith("/kick")
            if sent == 10:
                server.faults.limit(60, times=None)
            return await inner.handle_async_request(request)

    tired = client(server, transport=TiresOut(server.app))
    with pytest.raises(Ambiguous, match=r"Done to \d+, then: Stream Video is too busy"):
        await tired.acts.perform(order(Kick(), everyone=True))


@pytest.mark.parametrize(
    ("status", "error"), [(403, VendorDenied), (400, VendorRefused), (500, VendorFault)]
)
async def test_trouble_before_anybody_was_kicked_is_told_as_it_is(
    server: StreamServer, provider: StreamProvider, status: int, error: type[Exception]
) -> None:
    server.faults.error(status, on="/kick", times=None)
    with pytest.raises(error):
        await provider.acts.perform(order(Kick(), everyone=True))


async def test_a_busy_vendor_that_kicked_nobody_may_be_asked_again(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.limit(60, on="/kick", times=None)
    with pytest.raises(VendorBusy):
        await provider.acts.perform(order(Kick(), everyone=True))


async def test_who_is_refused_is_passed_over_and_shows_as_still_there(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.error(400, on="/kick", times=1)
    act = order(Kick(), everyone=True)
    assert "for 1 in the call" in (await provider.acts.perform(act)).evidence
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE


async def test_nobody_new_is_begun_with_once_the_time_is_up(clock: ManualClock) -> None:
    server = standup(clock)
    fill(server, 20)

    class Slow(AppTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/kick"):
                clock.advance(SECONDS / 5)
            return await super().handle_async_request(request)

    provider = client(server, transport=Slow(server.app))
    act = order(Kick(), everyone=True)
    receipt = await provider.acts.perform(act)
    kicked = len(asked(server, "/kick"))
    assert 5 <= kicked <= 5 + AT_ONCE
    assert f"for {kicked} in the call" in receipt.evidence
    assert f"{22 - kicked} are in the call" in (await provider.acts.observe(act)).evidence


async def test_a_list_that_lags_behind_is_read_again_a_few_times(
    clock: ManualClock, server: StreamServer
) -> None:
    """People who stay listed hide the others: Stream lists 100 and has no cursor."""
    fill(server, 148)

    class Lagging(AppTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/kick"):
                return httpx.Response(201, json={"duration": "1ms"})
            return await super().handle_async_request(request)

    provider = client(server, transport=Lagging(server.app))
    receipt = await provider.acts.perform(order(Kick(), everyone=True))
    assert "for 100 in the call" in receipt.evidence
    assert clock.slept == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("verb", [Kick(), Mute(), Silence()])
async def test_the_people_of_the_next_run_are_spared(
    server: StreamServer, provider: StreamProvider, verb: Verb
) -> None:
    seen = (await provider.get(CID)).ref
    for who in ("ada", "ben"):
        server.leave(CID, who)
    server.join(CID, BEN)
    act = order(verb, everyone=True, spared=(ADA,)).model_copy(update={"call": seen})
    with pytest.raises(NotAtVendor, match="another one has begun"):
        await provider.acts.perform(act)
    assert server.effects == []
    if isinstance(verb, Kick):
        assert (await provider.acts.observe(act)).seen is Seen.DONE


async def test_everyone_is_silenced_by_muting_them_and_taking_the_right(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 1)
    act = order(Silence(), everyone=True, spared=(ADA,))
    silence = await begun(provider, act)
    receipt = await provider.acts.perform(silence.act)
    assert "for 2 in the call, 1 left out" in receipt.evidence
    assert asked(server, "/mute_users") == [{"user_ids": ["ben", "p000"], "audio": True}]
    assert [body["user_id"] for body in asked(server, "/user_permissions")] == ["ben", "p000"]
    for who in ("ada", "ben"):
        server.talk(CID, who)
    sending = {person.visitor.id for person in server.rooms[CID].here() if "audio" in person.tracks}
    assert sending == {"ada"}
    seen = await provider.acts.observe(act)
    assert seen.seen is Seen.UNKNOWABLE
    assert seen.evidence.startswith("Everyone except ada is muted.")
    back = await provider.acts.prepare(order(Unsilence(), everyone=True), [silence])
    assert "for 2 in the call" in (await provider.acts.perform(back)).evidence
    server.talk(CID, "ben")
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE


async def test_what_a_silence_took_in_another_run_is_not_given_back(
    server: StreamServer, provider: StreamProvider
) -> None:
    """Permissions do not outlive the run: what they hold now is theirs."""
    first = (await provider.get(CID)).ref
    act = order(Silence(), Person(id="ben")).model_copy(update={"call": first})
    silence = await begun(provider, act)
    await provider.acts.perform(silence.act)
    for who in ("ada", "ben"):
        server.leave(CID, who)
    server.join(CID, BEN)
    second = (await provider.get(CID)).ref
    back = order(Unsilence(), Person(id="ben")).model_copy(update={"call": second})
    receipt = await provider.acts.perform(await provider.acts.prepare(back, [silence]))
    assert (receipt.already, "No silence from here" in receipt.evidence) == (True, True)


async def test_in_a_call_of_300_all_who_speak_are_silenced_and_the_rest_is_counted(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 298)
    for number in range(200):
        server.rooms[CID].mute(f"p{number:03}", {"audio"})
    receipt = await provider.acts.perform(order(Silence(), everyone=True))
    room = server.rooms[CID]
    assert not any("audio" in person.tracks for person in room.here())
    silenced = {who for who, held in room.permissions.items() if held.get("send-audio") is False}
    assert {f"p{number:03}" for number in range(200, 298)} <= silenced
    assert {person.id for person in receipt.people} == silenced
    assert receipt.missed == 300 - len(silenced)


async def test_who_joins_after_everyone_was_silenced_may_speak(
    server: StreamServer, provider: StreamProvider
) -> None:
    await provider.acts.perform(order(Silence(), everyone=True))
    server.join(CID, Visitor("carla", "Carla"))
    assert "audio" in server.rooms[CID].stay("carla").tracks  # type: ignore[union-attr]
    assert "who joins later may speak" in provider.capabilities["silence"].why


async def test_a_silence_whose_second_half_fails_says_that_they_are_muted(
    server: StreamServer, provider: StreamProvider
) -> None:
    for act in (order(Silence(), Person(id="ben")), order(Silence(), everyone=True)):
        server.faults.clear()
        server.faults.error(400, on="/user_permissions", times=None)
        with pytest.raises(VendorRefused, match="They are muted, but can turn it on again") as no:
            await provider.acts.perform(act)
        assert "Nothing was done" not in no.value.next_step
        server.faults.clear()
        server.faults.limit(60, on="/user_permissions", times=None)
        with pytest.raises(Ambiguous, match="They are muted, but can turn it on again"):
            await provider.acts.perform(act)
