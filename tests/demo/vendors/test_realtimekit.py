"""The make-believe RealtimeKit behaves as Cloudflare documents."""

from typing import Any

import httpx
import pytest

from bot.demo.vendors import AppTransport, KeptOut, RealtimeKitServer
from tests.demo.vendors.clients import ADA, BEN, kit_client
from tests.fakes.clock import ManualClock


@pytest.fixture
def active(kit: RealtimeKitServer) -> str:
    """The path of the one meeting's active session."""
    return f"/meetings/{next(iter(kit.rooms))}/active-session"


async def people(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Everybody who came to the newest session."""
    session = (await client.get("/sessions")).json()["data"]["sessions"][0]["id"]
    answer = await client.get(f"/sessions/{session}/participants")
    listed: list[dict[str, Any]] = answer.json()["data"]["participants"]
    return listed


MANGLED = {
    "code": 6003,
    "message": "Invalid request headers",
    "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}],
}
WRONG = {"code": 10000, "message": "Authentication error"}


@pytest.mark.parametrize(
    ("authorization", "status", "error"),
    [
        ("", 400, MANGLED),
        ("Bearer ", 400, MANGLED),
        ("Bearer short", 400, MANGLED),
        (RealtimeKitServer.api_token, 400, MANGLED),
        (f'Bearer "{RealtimeKitServer.api_token}"', 400, MANGLED),
        (f"Bearer {RealtimeKitServer.api_token}x", 401, WRONG),
    ],
)
async def test_a_wrong_token_is_answered_by_the_gateway_in_its_own_shape(
    kit: RealtimeKitServer, authorization: str, status: int, error: dict[str, Any]
) -> None:
    path = f"/client/v4/accounts/{kit.account_id}/realtime/kit/{kit.app_id}/sessions"
    async with httpx.AsyncClient(transport=AppTransport(kit.app), base_url="http://kit") as client:
        answer = await client.get(path, headers={"authorization": authorization})
    assert answer.status_code == status
    assert answer.json() == {
        "success": False,
        "errors": [error],
        "messages": [],
        "result": None,
    }


async def test_live_sessions_come_in_an_envelope_with_paging_and_iso_times(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, clock: ManualClock
) -> None:
    clock.advance(1)
    kit.join(kit.open("second", "Second").id, ADA)
    asked: dict[str, str | int] = {"status": "LIVE", "per_page": 1}
    pages = [(await to_kit.get("/sessions", params={**asked, "page_no": n})).json() for n in (1, 2)]
    assert [page["paging"] for page in pages] == [
        {"total_count": 2, "start_offset": 1, "end_offset": 1},
        {"total_count": 2, "start_offset": 2, "end_offset": 2},
    ]
    [newest], [oldest] = (page["data"]["sessions"] for page in pages)
    assert newest["meeting_display_name"] == "Second"
    assert (oldest["status"], oldest["live_participants"]) == ("LIVE", 2)
    assert oldest["started_at"] == "2026-11-21T12:00:00.000Z"


async def test_a_person_has_three_ids_and_left_at_only_when_gone(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, active: str
) -> None:
    kit.leave(next(iter(kit.rooms)), "ben")
    ada, ben = await people(to_kit)
    assert len({ada["id"], ada["user_id"], ada["custom_participant_id"]}) == 3
    assert ada["custom_participant_id"] == "ada"
    assert "left_at" not in ada
    assert ben["left_at"] == "2026-11-21T12:00:00.000Z"
    assert (await to_kit.get(active)).json()["data"]["live_participants"] == 1


async def test_kick_takes_user_ids_and_custom_ids_but_no_peer_ids(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, active: str
) -> None:
    ada, _ = await people(to_kit)
    kick = f"{active}/kick"
    by_peer = {"participant_ids": [ada["id"]], "custom_participant_ids": []}
    assert (await to_kit.post(kick, json=by_peer)).status_code == 404
    by_user = {"participant_ids": [ada["user_id"]], "custom_participant_ids": []}
    answer = await to_kit.post(kick, json=by_user)
    assert answer.json()["data"]["participants"][0]["id"] == ada["user_id"]
    assert (await to_kit.post(kick, json=by_user)).status_code == 404
    by_custom = {"participant_ids": [], "custom_participant_ids": ["ben"]}
    assert (await to_kit.post(kick, json=by_custom)).status_code == 200
    assert [effect.person for effect in kit.effects] == ["ada", "ben"]


@pytest.mark.parametrize("body", [{"participant_ids": ["x"]}, {"custom_participant_ids": ["x"]}])
async def test_kick_without_both_lists_is_refused(
    to_kit: httpx.AsyncClient, active: str, body: dict[str, Any]
) -> None:
    answer = await to_kit.post(f"{active}/kick", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)


async def test_kick_all_ends_the_session_and_its_recordings_at_once(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, active: str
) -> None:
    room = next(iter(kit.rooms))
    recording = (await to_kit.post("/recordings", json={"meeting_id": room})).json()["data"]["id"]
    answer = await to_kit.post(f"{active}/kick-all")
    assert answer.json()["data"] == {"action": "kick_all", "kicked_participants_count": 2}
    stopped = (await to_kit.get(f"/recordings/{recording}")).json()["data"]
    assert stopped["status"] == "UPLOADING"
    assert (await to_kit.get("/sessions")).json()["data"]["sessions"][0]["status"] == "ENDED"


async def test_an_emptied_session_stays_live_for_the_keep_alive_time(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, active: str, clock: ManualClock
) -> None:
    for name in ("ada", "ben"):
        kit.leave(next(iter(kit.rooms)), name)
    clock.advance(59)
    assert (await to_kit.get(active)).json()["data"]["status"] == "LIVE"
    clock.advance(1)
    assert (await to_kit.get(active)).status_code == 404
    assert (await to_kit.get("/sessions", params={"status": "LIVE"})).json()["data"] == {
        "sessions": []
    }
    before = (await to_kit.get("/sessions")).json()["data"]["sessions"][0]["id"]
    kit.join(next(iter(kit.rooms)), ADA)
    assert (await to_kit.get(active)).json()["data"]["id"] != before


async def test_mute_is_404_on_an_account_that_has_none(clock: ManualClock) -> None:
    for has_mute, status in ((False, 404), (True, 200)):
        server = RealtimeKitServer(clock, has_mute=has_mute)
        room = server.open("clinic", "Clinic")
        server.join(room.id, ADA)
        async with kit_client(server) as client:
            path = f"/meetings/{room.id}/active-session/mute-all"
            answer = await client.post(path, json={"allow_unmute": True})
        assert answer.status_code == status
        assert len(server.effects) == int(has_mute)


async def test_mute_names_people_and_mute_all_needs_to_know_whether_they_may_unmute(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, active: str
) -> None:
    assert (await to_kit.post(f"{active}/mute-all", json={})).status_code == 400
    body = {"participant_ids": [], "custom_participant_ids": ["ben"]}
    await to_kit.post(f"{active}/mute", json=body)
    answer = await to_kit.post(f"{active}/mute-all", json={"allow_unmute": False})
    assert answer.json()["data"]["muted_participants_count"] == 2
    assert [effect.person for effect in kit.effects] == ["ben", "ada"]


async def test_an_inactive_meeting_lets_nobody_in_until_it_is_active_again(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient
) -> None:
    room = next(iter(kit.rooms))
    await to_kit.patch(f"/meetings/{room}", json={"status": "INACTIVE"})
    with pytest.raises(KeptOut):
        kit.join(room, BEN)
    await to_kit.patch(f"/meetings/{room}", json={"status": "ACTIVE"})
    kit.join(room, BEN)
    assert [effect.verb for effect in kit.effects] == ["deactivate", "activate"]


async def test_a_deleted_participant_comes_back_with_a_new_id_and_token(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient
) -> None:
    path = f"/meetings/{next(iter(kit.rooms))}/participants"
    ben = (await to_kit.get(path)).json()["data"][1]
    assert (await to_kit.delete(f"{path}/{ben['id']}")).status_code == 200
    assert (await to_kit.delete(f"{path}/{ben['id']}")).status_code == 404
    kit.leave(next(iter(kit.rooms)), "ben")
    with pytest.raises(KeptOut):
        kit.join(next(iter(kit.rooms)), BEN)
    body = {"custom_participant_id": "ben", "preset_name": "guest"}
    added = await to_kit.post(path, json=body)
    assert added.status_code == 201
    assert added.json()["data"]["id"] != ben["id"]
    assert added.json()["data"]["token"]
    kit.join(next(iter(kit.rooms)), BEN)


async def test_a_recording_goes_through_its_states_and_a_second_start_is_refused(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, clock: ManualClock
) -> None:
    room = next(iter(kit.rooms))
    started = await to_kit.post("/recordings", json={"meeting_id": room})
    assert (started.status_code, started.json()["data"]["status"]) == (201, "INVOKED")
    assert (await to_kit.post("/recordings", json={"meeting_id": room})).status_code == 409
    path = f"/recordings/{started.json()['data']['id']}"
    clock.advance(2)
    states = [(await to_kit.get(f"/recordings/active-recording/{room}")).json()["data"]["status"]]
    for action in ("pause", "resume", "stop"):
        changed = await to_kit.put(path, json={"action": action})
        states.append(changed.json()["data"]["status"])
    clock.advance(5)
    finished = (await to_kit.get(path)).json()["data"]
    assert [*states, finished["status"]] == [
        "RECORDING",
        "PAUSED",
        "RECORDING",
        "UPLOADING",
        "UPLOADED",
    ]
    assert "Signature=" in finished["download_url"]
    assert (await to_kit.put(path, json={"action": "stop"})).status_code == 400
    assert (await to_kit.get(f"/recordings/active-recording/{room}")).status_code == 404
    verbs = [effect.verb for effect in kit.effects]
    assert verbs == ["record_start", "record_pause", "record_resume", "record_stop"]


async def test_rtmp_is_a_recording_that_may_run_beside_another(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient
) -> None:
    room = next(iter(kit.rooms))
    await to_kit.post("/recordings", json={"meeting_id": room})
    body = {
        "meeting_id": room,
        "allow_multiple_recordings": True,
        "file_name_prefix": "tv",
        "rtmp_out_config": {"rtmp_url": "rtmp://tv.example/live"},
    }
    assert (await to_kit.post("/recordings", json=body)).status_code == 201
    asked = {"meeting_id": room, "status": ["INVOKED", "RECORDING"]}
    listed = (await to_kit.get("/recordings", params=asked)).json()
    assert listed["paging"]["total_count"] == 2
    assert any(r["output_file_name"].startswith("tv_") for r in listed["data"])
    assert kit.effects[-1].verb == "rtmp_start"


async def test_one_livestream_at_a_time_and_404_when_there_is_none(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient
) -> None:
    meeting = f"/meetings/{next(iter(kit.rooms))}"
    assert (await to_kit.get(f"{meeting}/active-livestream")).status_code == 404
    started = await to_kit.post(f"{meeting}/livestreams", json={"name": "Show"})
    assert started.status_code == 201
    assert {"playback_url", "ingest_server", "stream_key"} <= set(started.json()["data"])
    assert (await to_kit.post(f"{meeting}/livestreams", json={})).status_code == 409
    assert (await to_kit.get(f"{meeting}/active-livestream")).json()["data"]["status"] == "LIVE"
    stops = [await to_kit.post(f"{meeting}/active-livestream/stop") for _ in range(2)]
    assert [answer.status_code for answer in stops] == [200, 404]


@pytest.mark.parametrize("path", ["/meetings/none", "/sessions/none", "/recordings/none", "/none"])
async def test_what_is_not_there_is_404_in_the_products_shape(
    to_kit: httpx.AsyncClient, path: str
) -> None:
    answer = await to_kit.get(path)
    assert answer.status_code == 404
    assert answer.json()["success"] is False
    assert answer.json()["error"]["code"] == 404


@pytest.mark.parametrize("page", [{"page_no": "x"}, {"page_no": 0}, {"per_page": 0}])
async def test_a_page_that_cannot_be_is_refused(
    to_kit: httpx.AsyncClient, page: dict[str, Any]
) -> None:
    assert (await to_kit.get("/sessions", params=page)).status_code == 400


async def test_another_account_or_app_is_not_ours(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient
) -> None:
    accounts = "http://kit/client/v4/accounts"
    other = await to_kit.get(f"{accounts}/none/realtime/kit/{kit.app_id}/sessions")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (403, 10000)
    other = await to_kit.get(f"{accounts}/{kit.account_id}/realtime/kit/none/sessions")
    assert other.status_code == 404


async def test_sessions_are_sorted_as_asked_and_found_one_by_one(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, clock: ManualClock
) -> None:
    clock.advance(60)
    kit.join(kit.open("second", "Second").id, ADA)
    clock.advance(60)
    titles = []
    for asked in ({"sort_by": "minutesConsumed"}, {"sort_order": "ASC"}, {"sort_order": "DESC"}):
        sessions = (await to_kit.get("/sessions", params=asked)).json()["data"]["sessions"]
        titles.append([session["meeting_display_name"] for session in sessions])
    assert titles == [["Clinic", "Second"], ["Clinic", "Second"], ["Second", "Clinic"]]
    one = await to_kit.get(f"/sessions/{sessions[0]['id']}")
    assert one.json()["data"]["minutes_consumed"] == 1
