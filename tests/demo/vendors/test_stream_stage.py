"""The make-believe Stream Video beyond the basics: rights, membership, stage, files, reports."""

from typing import Any

import httpx
import pytest

from bot.demo.vendors import KeptOut, StreamServer, Visitor
from tests.demo.vendors.clients import ADA, BEN
from tests.fakes.clock import ManualClock

CALL = "/call/default/standup"
CID = "default:standup"


def refused(answer: httpx.Response, status: int = 400) -> bool:
    """Whether it is Stream's own error body."""
    body = answer.json()
    return (answer.status_code, body["StatusCode"]) == (status, status) and bool(body["message"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("user_permissions", {"grant_permissions": ["send-audio"]}),
        ("user_permissions", {"user_id": "ben", "grant_permissions": ["fly"]}),
        ("user_permissions", {"user_id": "nobody", "grant_permissions": ["send-audio"]}),
        ("user_permissions", {"user_id": "ben", "revoke_permissions": "send-audio"}),
        ("pin", {"user_id": "ben"}),
        ("pin", {"user_id": "ben", "session_id": "ada-1"}),
        ("unpin", {"session_id": "ben-2"}),
        ("members", {"update_members": ["ben"]}),
        ("members", {"update_members": [{"user_id": "nobody"}]}),
        ("ring", {"members_ids": ["carla"]}),
        ("event", {"custom": "hello"}),
        ("event", {"custom": {}, "user_id": "nobody"}),
        ("go_live", {"start_hls": "yes"}),
        ("stop_live", {"continue_hls": "yes"}),
        ("start_transcription", {"language": 5}),
    ],
)
async def test_what_is_not_as_documented_is_refused_and_changes_nothing(
    stream: StreamServer, to_stream: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    assert refused(await to_stream.post(f"{CALL}/{path}", json=body))
    assert stream.effects == []


async def test_what_was_revoked_cannot_be_sent_until_it_is_granted(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    revoke = {"user_id": "ben", "revoke_permissions": ["send-audio", "send-video"]}
    answer = await to_stream.post(f"{CALL}/user_permissions", json=revoke)
    assert (answer.status_code, list(answer.json())) == (201, ["duration"])
    stream.leave(CID, "ben")
    stream.join(CID, BEN)
    stream.talk(CID, "ben")
    ben = stream.rooms[CID].stay("ben")
    assert ben is not None
    assert ben.tracks == set()
    grant = {"user_id": "ben", "grant_permissions": ["send-audio"]}
    await to_stream.post(f"{CALL}/user_permissions", json=grant)
    stream.talk(CID, "ben")
    assert (ben.tracks, ben.speaking) == ({"audio"}, True)


async def test_backstage_is_for_those_who_may_join_it(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    await to_stream.post(f"{CALL}/start_broadcasting")
    stopped = await to_stream.post(f"{CALL}/stop_live", json={"continue_hls": True})
    assert (stopped.status_code, stopped.json()["call"]["backstage"]) == (201, True)
    assert "hls" in stopped.json()["call"]["egress"]
    assert [stay.visitor.id for stay in stream.rooms[CID].here()] == ["ada"]
    with pytest.raises(KeptOut):
        stream.join(CID, BEN)
    query = {"filter_conditions": {"backstage": True}}
    [found] = (await to_stream.post("/calls", json=query)).json()["calls"]
    assert found["call"]["cid"] == CID
    live = await to_stream.post(f"{CALL}/go_live", json={})
    assert live.json()["call"]["backstage"] is False
    stream.join(CID, BEN)


async def test_whatever_is_not_continued_stops_and_whatever_is_named_starts(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    starts = ("hls", "recording", "raw_recording", "transcription", "closed_caption")
    await to_stream.post(f"{CALL}/go_live", json={f"start_{start}": True for start in starts})
    rtmp = {"broadcasts": [{"name": "tv", "stream_url": "rtmp://tv.example/live"}]}
    await to_stream.post(f"{CALL}/rtmp_broadcasts", json=rtmp)
    room = stream.rooms[CID]
    assert (set(room.recording), bool(room.transcribing), room.captioning) == (
        {"composite", "raw"},
        True,
        True,
    )
    kept = {"continue_recording": True, "continue_rtmp_broadcasts": True}
    await to_stream.post(f"{CALL}/stop_live", json=kept)
    assert (set(room.recording), list(room.rtmps)) == ({"composite"}, ["tv"])
    assert (room.playlist, room.transcribing, room.captioning) == (None, None, False)


async def test_members_are_listed_in_pages_and_need_not_be_there(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stream.users |= {"carla", "dora"}
    body = {"update_members": [{"user_id": user, "role": "host"} for user in ("ben", "carla")]}
    added = (await to_stream.post(f"{CALL}/members", json=body)).json()["members"]
    assert [member["user_id"] for member in added] == ["ben", "carla"]
    await to_stream.post(f"{CALL}/members", json={"update_members": [{"user_id": "dora"}]})
    asked: dict[str, Any] = {"id": "standup", "type": "default", "limit": 2}
    first = (await to_stream.post("/call/members", json=asked)).json()
    asked["next"] = first["next"]
    second = (await to_stream.post("/call/members", json=asked)).json()
    assert [len(page["members"]) for page in (first, second)] == [2, 1]
    assert "next" not in second
    assert [member["role"] for member in first["members"]] == ["host", "host"]
    await to_stream.post(f"{CALL}/members", json={"remove_members": ["ben", "nobody"]})
    assert [effect.verb for effect in stream.effects] == ["member_add"] * 3 + ["member_remove"]
    for wrong in ({"id": "standup"}, {**asked, "limit": 101}):
        assert refused(await to_stream.post("/call/members", json=wrong))


async def test_only_missing_members_are_rung_unless_they_are_named(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stream.rooms[CID].members = {"ben": "user", "carla": "user"}
    rung = (await to_stream.post(f"{CALL}/ring", json={})).json()["members_ids"]
    named = (await to_stream.post(f"{CALL}/ring", json={"members_ids": ["ben"]})).json()
    assert (rung, named["members_ids"]) == (["carla"], ["ben"])


async def test_transcription_and_captions_start_once_and_a_file_remains(
    to_stream: httpx.AsyncClient, clock: ManualClock
) -> None:
    both = {"enable_closed_captions": True}
    assert (await to_stream.post(f"{CALL}/start_transcription", json=both)).status_code == 201
    assert refused(await to_stream.post(f"{CALL}/start_transcription", json={}))
    assert refused(await to_stream.post(f"{CALL}/start_closed_captions", json={}))
    call = (await to_stream.get(CALL)).json()["call"]
    assert (call["transcribing"], call["captioning"]) == (True, True)
    clock.advance(60)
    await to_stream.post(f"{CALL}/stop_closed_captions", json={"stop_transcription": True})
    [kept] = (await to_stream.get(f"{CALL}/transcriptions")).json()["transcriptions"]
    assert kept["end_time"] - kept["start_time"] == 60 * 10**9
    assert "recording_type" not in kept
    path = f"{CALL}/{kept['session_id']}/transcriptions/{kept['filename']}"
    assert (await to_stream.delete(path)).status_code == 200
    assert refused(await to_stream.delete(path), 404)
    assert (await to_stream.get(f"{CALL}/transcriptions")).json()["transcriptions"] == []


async def test_captions_may_bring_a_transcription_and_take_it_along(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    await to_stream.post(f"{CALL}/start_closed_captions", json={"enable_transcription": True})
    await to_stream.post(f"{CALL}/stop_transcription", json={"stop_closed_captions": True})
    verbs = [effect.verb for effect in stream.effects]
    assert verbs == ["captions_start", "transcribe_start", "transcribe_stop", "captions_stop"]


async def test_a_recording_is_deleted_in_its_own_session_only(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stream.keep(CID, "a.mp4", session="one")
    assert refused(await to_stream.delete(f"{CALL}/two/recordings/a.mp4"), 404)
    assert (await to_stream.delete(f"{CALL}/one/recordings/a.mp4")).status_code == 200
    assert stream.effects == [("delete_recording", CID, "a.mp4")]


async def test_ids_of_calls_have_64_characters_at_most(to_stream: httpx.AsyncClient) -> None:
    assert refused(await to_stream.get(f"/call/default/{'x' * 64}"), 404)
    assert refused(await to_stream.get(f"/call/default/{'x' * 65}"))
    assert refused(await to_stream.post("/call/members", json={"type": "x" * 65, "id": "a"}))


async def test_feedback_is_filtered_and_has_neither_name_nor_time(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stream.give_feedback(CID, "ben", 2, "choppy")
    stream.give_feedback(CID, "ada", 5)
    low = {"filter_conditions": {"call_cid": CID, "rating": {"$lt": 3}}}
    [said] = (await to_stream.post("/call/feedback", json=low)).json()["user_feedback"]
    assert (said["user_id"], said["rating"], said["reason"]) == ("ben", 2, "choppy")
    assert not {"name", "created_at"} & set(said)
    other = {"filter_conditions": {"mood": "bad"}}
    assert refused(await to_stream.post("/call/feedback", json=other))


async def test_a_run_is_measured_with_everybody_who_was_in_it(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stats = "/call_stats/default/standup/default-standup-s1/participants"
    stream.measure(CID, "ben", cq_score=40, latency_ms=500)
    stream.leave(CID, "ben")
    stream.measure(CID, "nobody", cq_score=1)
    answer = await to_stream.get(stats, params={"limit": 1})
    assert (answer.status_code, answer.json()["counts"]["cq_score"]) == (200, 40)
    rest = await to_stream.get(stats, params={"limit": 1, "next": answer.json()["next"]})
    [ben] = rest.json()["participants"]
    [session] = ben["sessions"]
    assert (ben["user_id"], session["is_live"], session["latency_ms"]) == ("ben", False, 500)
    assert isinstance(session["ended_at"], int)
    for params in ({"limit": 0}, {"limit": "x"}, {"sort": "worst"}):
        assert refused(await to_stream.get(stats, params=params))
    other = "/call_stats/default/standup/another/participants"
    assert refused(await to_stream.get(other), 404)
    stream.open("default:new", "New")
    assert refused(await to_stream.get("/call_stats/default/new/s/participants"), 404)


async def test_call_types_come_by_name(to_stream: httpx.AsyncClient) -> None:
    types = (await to_stream.get("/calltypes")).json()["call_types"]
    assert types["livestream"]["settings"]["backstage"]["enabled"] is True
    assert types["default"]["name"] == "default"


async def test_what_runs_stops_with_the_session(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    await to_stream.post(f"{CALL}/start_transcription", json={})
    await to_stream.post(f"{CALL}/start_closed_captions", json={})
    for person in (ADA.id, BEN.id):
        stream.leave(CID, person)
    room = stream.rooms[CID]
    assert (room.transcribing, room.captioning, len(room.transcribed)) == (None, False, 1)
    stream.join(CID, Visitor("carla", "Carla"))
    stream.talk(CID, "nobody")
    assert room.here()[0].speaking is False
