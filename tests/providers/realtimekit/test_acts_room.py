"""What RealtimeKit can do to a call as a room: lock it, ask it something, have it summed up."""

import json

import httpx
import pytest

from bot.calls.models import Call
from bot.calls.outcomes import Seen
from bot.calls.verbs import DeleteRecording, Lock, Poll, RecordStart, Summarise, Unlock
from bot.demo.vendors import AppTransport, KeptOut, RealtimeKitServer, Visitor
from bot.errors import AnswerLost, Impossible, NotAtVendor, VendorDenied
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.fakes.clock import ManualClock
from tests.providers.realtimekit_setup import BEN, client, order

QUESTION = Poll(question="Go on?", answers=("Yes", "No", "Maybe"))


def later(server: RealtimeKitServer, seconds: float) -> None:
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(seconds)


async def test_a_locked_meeting_keeps_who_is_in_it_and_lets_nobody_new_in(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    assert (await provider.acts.observe(order(Lock(), call))).seen is Seen.NOT_DONE
    await provider.acts.perform(order(Lock(), call))
    assert (await provider.acts.observe(order(Lock(), call))).seen is Seen.DONE
    assert (await provider.acts.observe(order(Unlock(), call))).seen is Seen.NOT_DONE
    assert len(server.rooms[call.ref.id].here()) == 2
    with pytest.raises(KeptOut):
        server.join(call.ref.id, Visitor("carla", "Carla"))
    await provider.acts.perform(order(Unlock(), call))
    assert (await provider.acts.observe(order(Unlock(), call))).seen is Seen.DONE
    server.join(call.ref.id, Visitor("carla", "Carla"))


async def test_one_call_says_whether_it_is_locked_and_a_listing_leaves_it_open(
    provider: RealtimeKitProvider, call: Call
) -> None:
    assert (call.locked, (await provider.get(call.ref.id)).locked) == (None, False)
    await provider.acts.perform(order(Lock(), call))
    (listed,) = (await provider.list_live(limit=1)).items
    assert (listed.locked, (await provider.get(call.ref.id)).locked) == (None, True)


async def test_a_meeting_without_a_status_is_not_called_open(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.nulls("status", on=f"/meetings/{call.ref.id}", times=None)
    assert (await provider.get(call.ref.id)).locked is None
    assert (await provider.acts.observe(order(Lock(), call))).seen is Seen.UNKNOWABLE


class Older(AppTransport):
    """A vendor whose session is of a meeting that it does not list."""

    status = 404

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.split("/")[-2] == "meetings":
            return httpx.Response(self.status, json={"success": False, "error": {}})
        return await super().handle_async_request(request)


async def test_a_call_whose_meeting_is_not_listed_is_shown_without_a_lock(
    server: RealtimeKitServer, call: Call
) -> None:
    transport = Older(server.app)
    older = client(server, transport=transport)
    shown = await older.get(call.ref.id)
    assert (shown.people, shown.locked) == (2, None)
    transport.status = 403
    with pytest.raises(VendorDenied):
        await older.get(call.ref.id)
    await older.aclose()


async def test_a_poll_goes_out_once_in_the_documents_words_and_cannot_be_read_back(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.acts.perform(order(QUESTION, call))
    assert json.loads(server.requests[-1].body) == {
        "question": "Go on?",
        "options": ["Yes", "No", "Maybe"],
    }
    assert (await provider.acts.observe(order(QUESTION, call))).seen is Seen.UNKNOWABLE
    server.faults.drop(on="/poll", after=True)
    with pytest.raises(AnswerLost):
        await provider.acts.perform(order(QUESTION, call))
    assert sum(seen.path.endswith("/poll") for seen in server.requests) == 2


async def test_the_next_session_is_not_asked_what_was_meant_for_the_last_one(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for name in ("ada", "ben"):
        server.leave(call.ref.id, name)
    later(server, 61)
    server.join(call.ref.id, BEN)
    with pytest.raises(NotAtVendor, match="another one"):
        await provider.acts.perform(order(QUESTION, call))
    assert server.effects == []


async def test_a_summary_is_asked_for_and_shows_once_it_is_made(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(Summarise(), call)
    assert (await provider.acts.observe(act)).seen is Seen.UNKNOWABLE
    await provider.acts.perform(act)
    assert (await provider.acts.observe(act)).seen is Seen.UNKNOWABLE
    later(server, 5)
    shown = await provider.acts.observe(act)
    assert shown.seen is Seen.DONE
    assert "http" not in shown.evidence


async def test_the_summary_is_of_the_session_the_moderator_saw(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for name in ("ada", "ben"):
        server.leave(call.ref.id, name)
    later(server, 61)
    server.join(call.ref.id, BEN)
    await provider.acts.perform(order(Summarise(), call))
    ((first, _),) = server.rooms[call.ref.id].past
    assert (first.id, first.summary_at) == (call.ref.session, server.clock.now())


async def test_a_recording_cannot_be_deleted_and_nothing_is_sent(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.acts.perform(order(RecordStart(), call))
    asked = len(server.requests)
    with pytest.raises(Impossible, match="seven days"):
        await provider.acts.perform(order(DeleteRecording(file="a.mp4"), call))
    assert len(server.requests) == asked


async def test_calls_can_be_probed_with_the_right_key_only(server: RealtimeKitServer) -> None:
    assert (await client(server).probe()).startswith("Calls can be listed. ")
