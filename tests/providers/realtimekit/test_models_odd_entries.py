"""One odd entry hides none of the others, in any list; one without ids is shown and left alone."""

import copy
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.calls.acts import Person
from bot.calls.models import Call, RecordingState
from bot.calls.outcomes import Seen
from bot.calls.reports import FileKind
from bot.calls.verbs import Kick, RecordPause, RecordStart, RtmpStart
from bot.demo.vendors import AppTransport, RealtimeKitServer
from bot.errors import VendorGarbled
from bot.moderation.people_index import PeopleIndex
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.fakes.clock import ManualClock
from tests.providers.realtimekit_setup import ADA, BEN, client, order, person

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


class Spoils(AppTransport):
    """A vendor that changes the entries of one list on their way out."""

    def __init__(
        self, server: RealtimeKitServer, ends: str, change: Callable[[list[Any]], None]
    ) -> None:
        super().__init__(server.app)
        self._ends = ends
        self._change = change

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if request.method != "GET" or not request.url.path.endswith(self._ends):
            return answer
        body = json.loads(await answer.aread())
        data = body["data"]
        self._change(data if isinstance(data, list) else next(iter(data.values())))
        return httpx.Response(answer.status_code, json=body)


def adds(*entries: Any) -> Callable[[list[Any]], None]:
    """One that puts these before the others."""

    def change(listed: list[Any]) -> None:
        listed[:0] = copy.deepcopy(entries)

    return change


RECORDER = {
    "id": "peer-of-a-recorder",
    "display_name": "Recorder",
    "user_id": None,
    "custom_participant_id": None,
    "joined_at": "2026-11-21T12:00:00.000Z",
}


@pytest.fixture
async def recorded(server: RealtimeKitServer) -> Any:
    made = client(server, transport=Spoils(server, "/participants", adds(RECORDER)))
    yield made
    await made.aclose()


async def test_a_recorder_is_shown_as_unknown_and_the_others_as_they_are(
    recorded: RealtimeKitProvider, call: Call
) -> None:
    there = (await recorded.participants(call.ref, limit=10)).items
    assert [(person.shown, person.known) for person in there] == [
        ("Recorder", False),
        ("Ada Lovelace", True),
        ("Ben", True),
    ]
    crowd = PeopleIndex(there)
    for word in ("Recorder", RECORDER["id"], "unknown", ""):
        assert crowd.find(str(word)) == []
    assert [person.custom_id for person in crowd.people] == ["ada", "ben"]


async def test_nothing_is_done_to_a_recorder_and_it_is_nobody_who_stayed(
    recorded: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(Kick(), call, everyone=True, spared=(await person(recorded, call, "ada"),))
    await recorded.acts.perform(act)
    body = json.loads(
        next(request.body for request in server.requests if request.path.endswith("/kick"))
    )
    assert body == {
        "participant_ids": [server.rooms[call.ref.id].tokens["ben"].id],
        "custom_participant_ids": [],
    }
    assert (await recorded.acts.observe(act)).seen is Seen.DONE
    gone = order(Kick(), call, Person(id=""))
    assert (await recorded.acts.observe(gone)).seen is Seen.DONE


async def everything(provider: RealtimeKitProvider, call: Call) -> list[object]:
    """All that reads a list."""
    return [
        (await provider.participants(call.ref, limit=10)).items,
        (await provider.list_live(limit=10)).items,
        await provider.get(call.ref.id),
        await provider.reports.files(call.ref, frozenset({FileKind.RECORDING})),
        await provider.reports.members(call.ref),
        await provider.reports.rooms(),
        await provider.find("ada"),
    ]


@pytest.mark.parametrize(
    ("ends", "odd"),
    [
        ("/sessions", {"id": "a-session-of-no-meeting", "associated_id": None}),
        ("/sessions", None),
        ("/recordings", {"status": "RECORDING"}),
        ("/participants", "nobody"),
        ("/meetings", {"title": "without an id"}),
        ("/presets", 7),
    ],
)
async def test_one_odd_entry_hides_none_of_the_others(
    server: RealtimeKitServer, call: Call, ends: str, odd: Any
) -> None:
    plain = client(server)
    await plain.acts.perform(order(RecordStart(), call))
    spoiled = client(server, transport=Spoils(server, ends, adds(odd)))
    assert await everything(spoiled, call) == await everything(plain, call)
    assert (await spoiled.list_live(limit=10)).unknown == (1 if ends == "/sessions" else 0)
    await plain.aclose()
    await spoiled.aclose()


async def test_a_list_of_which_nothing_can_be_read_is_not_called_empty(
    server: RealtimeKitServer,
) -> None:
    def spoil(listed: list[Any]) -> None:
        listed[:] = [{} for _ in listed]

    spoiled = client(server, transport=Spoils(server, "/sessions", spoil))
    with pytest.raises(VendorGarbled):
        await spoiled.list_live(limit=10)
    await spoiled.aclose()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(odd=ODD, at=st.integers(0, 2))
async def test_whatever_one_entry_is_the_people_beside_it_are_there(odd: Any, at: int) -> None:
    server = RealtimeKitServer(ManualClock())
    room = server.open("clinic", "Clinic")
    for visitor in (ADA, BEN):
        server.join(room.id, visitor)

    def spoil(listed: list[Any]) -> None:
        listed.insert(at, odd)

    spoiled = client(server, transport=Spoils(server, "/participants", spoil))
    (call,) = (await spoiled.list_live(limit=1)).items
    there = (await spoiled.participants(call.ref, limit=10)).items
    assert [person.custom_id for person in there if person.known] == ["ada", "ben"]
    await spoiled.aclose()


async def test_no_livestream_may_be_written_as_null(server: RealtimeKitServer, call: Call) -> None:
    class Null(AppTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/active-livestream"):
                return httpx.Response(200, json={"success": True, "data": None})
            return await super().handle_async_request(request)

    provider = client(server, transport=Null(server.app))
    assert (await provider.get(call.ref.id)).broadcasting is False
    await provider.aclose()


async def test_the_list_shows_what_is_recorded_as_the_card_does(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    other = server.open("other", "Other").id
    server.join(other, ADA)
    for verb in (RtmpStart(to="tube"), RecordStart(), RecordPause()):
        listed = {item.ref.id: item for item in (await provider.list_live(limit=10)).items}
        for name in (call.ref.id, other):
            card = await provider.get(name)
            assert (listed[name].recording, listed[name].rtmp) == (card.recording, card.rtmp)
        await provider.acts.perform(order(verb, call))
    asked = len(server.requests)
    last = {item.ref.id: item for item in (await provider.list_live(limit=10)).items}
    assert len(server.requests) == asked + 2
    assert (last[call.ref.id].recording, last[call.ref.id].rtmp) == (
        RecordingState.PAUSED,
        ("tube",),
    )
    query = server.requests[-1].query
    assert [part for part in query.split("&") if part.startswith("status=")] == [
        "status=INVOKED",
        "status=RECORDING",
        "status=PAUSED",
    ]


async def test_calls_are_listed_where_recordings_cannot_be(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.error(500, on="/recordings", times=None)
    (one,) = (await provider.list_live(limit=10)).items
    assert (one.ref, one.recording, one.rtmp) == (call.ref, RecordingState.UNKNOWN, None)


async def test_a_recording_without_a_session_calls_no_other_call_unrecorded(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.acts.perform(order(RecordStart(), call))
    server.faults.nulls("session_id", on="/recordings", times=None)
    (one,) = (await provider.list_live(limit=10)).items
    assert one.recording is RecordingState.UNKNOWN
    assert (await provider.get(call.ref.id)).recording is RecordingState.ON
