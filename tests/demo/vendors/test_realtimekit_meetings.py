"""What lasts beyond a session at the make-believe RealtimeKit, as Cloudflare documents it."""

import httpx
import pytest

from bot.demo.vendors import RealtimeKitServer
from bot.demo.vendors.realtimekit.state import ConnectionQuality
from tests.demo.vendors.clients import ADA, BEN
from tests.fakes.clock import ManualClock


@pytest.fixture
def meeting(kit: RealtimeKitServer) -> str:
    """The path of the one meeting."""
    return f"/meetings/{next(iter(kit.rooms))}"


async def newest(client: httpx.AsyncClient) -> str:
    """The id of the newest session."""
    listed = (await client.get("/sessions")).json()["data"]["sessions"]
    return str(listed[0]["id"])


async def test_presets_and_meetings_are_lists_with_paging(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, meeting: str
) -> None:
    kit.open("empty", "Empty")
    await to_kit.patch(meeting, json={"status": "INACTIVE"})
    presets = (await to_kit.get("/presets", params={"per_page": 2})).json()
    assert presets["paging"] == {"total_count": 5, "start_offset": 1, "end_offset": 2}
    assert presets["data"][0]["name"] == "group_call_participant"
    for asked, titles in (
        ({}, ["Clinic", "Empty"]),
        ({"status": "INACTIVE"}, ["Clinic"]),
        ({"search": "Emp"}, ["Empty"]),
    ):
        listed = (await to_kit.get("/meetings", params=asked)).json()
        assert [meeting["title"] for meeting in listed["data"]] == titles
        assert listed["paging"]["total_count"] == len(titles)


async def test_a_participant_is_read_and_changed_and_the_answer_to_a_change_holds_a_token(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, meeting: str
) -> None:
    ben = (await to_kit.get(f"{meeting}/participants")).json()["data"][1]
    path = f"{meeting}/participants/{ben['id']}"
    assert (await to_kit.get(path)).json()["data"] == ben
    changed = await to_kit.patch(path, json={"preset_name": "viewer"})
    assert changed.json()["data"]["preset_name"] == "viewer"
    assert changed.json()["data"]["token"]
    assert (await to_kit.patch(path, json={"preset_name": "viewer"})).status_code == 200
    assert [effect.verb for effect in kit.effects] == ["preset"]
    for wrong in ({"preset_name": "emperor"}, {"preset_name": 5}):
        assert (await to_kit.patch(path, json=wrong)).status_code == 400
    assert (await to_kit.get(f"{meeting}/participants/none")).status_code == 404


async def test_a_poll_needs_a_question_and_answers_and_a_running_session(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, meeting: str
) -> None:
    path = f"{meeting}/active-session/poll"
    body = {"question": "Go on?", "options": ["Yes", "No"]}
    made = await to_kit.post(path, json=body)
    assert made.status_code == 201
    poll = made.json()["data"]["poll"]
    assert poll["question"] == "Go on?"
    assert poll["options"][0] == {"text": "Yes", "count": 0, "votes": []}
    for wrong in ({"question": "Go on?"}, {"options": ["Yes"]}, {**body, "options": []}):
        assert (await to_kit.post(path, json=wrong)).status_code == 400
    assert (await to_kit.post("/meetings/none/active-session/poll", json=body)).status_code == 404
    assert [effect.verb for effect in kit.effects] == ["poll"]


async def test_a_session_leaves_its_files_when_it_ends_and_each_answer_has_names_of_its_own(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient, clock: ManualClock
) -> None:
    session = await newest(to_kit)
    for step in ("transcript", "chat", "summary"):
        assert (await to_kit.get(f"/sessions/{session}/{step}")).status_code == 404
    asked = await to_kit.post(f"/sessions/{session}/summary")
    assert (asked.status_code, asked.json()["data"]["session_id"]) == (201, session)
    for visitor in (ADA, BEN):
        kit.leave(next(iter(kit.rooms)), visitor.id)
    clock.advance(61)
    named = {}
    for step in ("transcript", "chat", "summary"):
        data = (await to_kit.get(f"/sessions/{session}/{step}")).json()["data"]
        named[step] = sorted(data)
        assert any("Signature=" in value for value in data.values())
    assert named == {
        "transcript": [
            "sessionId",
            "transcript_download_url",
            "transcript_download_url_expiry",
        ],
        "chat": ["chat_download_url", "chat_download_url_expiry"],
        "summary": ["sessionId", "summaryDownloadUrl", "summaryDownloadUrlExpiry"],
    }
    path = f"/sessions/{session}/transcript"
    assert (await to_kit.get(path, params={"format": "DOC"})).status_code == 400
    clock.advance(7 * 86_400)
    assert (await to_kit.get(path)).status_code == 404
    assert (await to_kit.get("/sessions/none/transcript")).status_code == 404


async def test_a_peer_report_takes_a_peer_id_and_keeps_to_what_was_asked_for(
    kit: RealtimeKitServer, to_kit: httpx.AsyncClient
) -> None:
    room = next(iter(kit.rooms.values()))
    room.networks["ada"] = ConnectionQuality(mos=2.0, slow=0.5)
    listed = await to_kit.get(f"/sessions/{await newest(to_kit)}/participants")
    ada = listed.json()["data"]["participants"][0]
    path = f"/sessions/peer-report/{ada['id']}"
    whole = (await to_kit.get(path)).json()["data"]["participant"]
    assert (whole["user_id"], set(whole["peer_report"])) == (
        ada["user_id"],
        {"quality", "metadata"},
    )
    asked = {"filters": "quality_stats"}
    part = (await to_kit.get(path, params=asked)).json()["data"]["participant"]
    assert set(part["peer_report"]) == {"quality"}
    sound = part["peer_report"]["quality"]["audio_producer_cumulative"]
    assert sound["quality_mos"]["avg"] == 2.0
    assert sound["rtt"]["250ms_or_greater_event_fraction"] == 0.5
    assert (await to_kit.get(path, params={"filters": "everything"})).status_code == 400
    assert (await to_kit.get(f"/sessions/peer-report/{ada['user_id']}")).status_code == 404
