"""The make-believe Stream Video behaves as Stream documents."""

import contextlib
from typing import Any

import httpx
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.vendors import AppTransport, KeptOut, StreamServer, Visitor
from bot.demo.vendors.base import ApiRefusal, nanoseconds
from bot.demo.vendors.stream.query import QueryCalls, page
from tests.demo.vendors.clients import ADA, BEN, stream_client
from tests.fakes.clock import START, ManualClock

CALL = "/call/default/standup"
TOKEN = jwt.encode({}, StreamServer.api_secret, "HS256")
FORGED = jwt.encode({}, "some-other-secret-of-good-length", "HS256")


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ({}, {"authorization": TOKEN, "stream-auth-type": "jwt"}),
        ({"api_key": "wrong"}, {"authorization": TOKEN, "stream-auth-type": "jwt"}),
        ({"api_key": StreamServer.api_key}, {"authorization": TOKEN}),
        ({"api_key": StreamServer.api_key}, {"stream-auth-type": "jwt"}),
        (
            {"api_key": StreamServer.api_key},
            {"authorization": FORGED, "stream-auth-type": "jwt"},
        ),
        (
            {"api_key": StreamServer.api_key},
            {"authorization": f"Bearer {TOKEN}", "stream-auth-type": "jwt"},
        ),
    ],
)
async def test_without_the_right_credentials_the_answer_is_401_with_streams_error_body(
    stream: StreamServer, query: dict[str, str], headers: dict[str, str]
) -> None:
    async with httpx.AsyncClient(transport=AppTransport(stream.app)) as client:
        url = f"http://stream/api/v2/video{CALL}"
        answer = await client.get(url, params=query, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["StatusCode"] == 401
    assert set(answer.json()) >= {"code", "message", "duration", "more_info", "details"}


async def test_times_are_integers_in_nanoseconds_and_a_get_answers_200(
    to_stream: httpx.AsyncClient,
) -> None:
    answer = await to_stream.get(CALL)
    started = int(START.timestamp()) * 10**9
    assert answer.status_code == 200
    assert answer.json()["call"]["created_at"] == started
    assert answer.json()["call"]["session"]["started_at"] == started


async def test_answers_say_what_is_left_of_the_rate_and_at_its_end_comes_429(
    clock: ManualClock,
) -> None:
    server = StreamServer(clock, rate=2)
    async with stream_client(server) as client:
        answers = [await client.post("/calls", json={}) for _ in range(3)]
        assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["1", "0", "0"]
        assert [a.status_code for a in answers] == [201, 201, 429]
        assert answers[2].json()["code"] == 9
        clock.advance(int(answers[2].headers["retry-after"]))
        assert (await client.post("/calls", json={})).status_code == 201


async def test_ongoing_calls_come_in_pages_whose_last_has_no_next(
    stream: StreamServer, to_stream: httpx.AsyncClient, clock: ManualClock
) -> None:
    stream.open("default:empty", "Nobody")
    for number in range(4):
        clock.advance(1)
        stream.open(f"livestream:{number}", f"Show {number}")
        stream.join(f"livestream:{number}", ADA)
    asked: dict[str, Any] = {"filter_conditions": {"ongoing": True}, "limit": 2}
    seen: list[list[str]] = []
    while True:
        answer = (await to_stream.post("/calls", json=asked)).json()
        seen.append([state["call"]["cid"] for state in answer["calls"]])
        if "next" not in answer:
            break
        asked["next"] = answer["next"]
    assert seen == [
        ["livestream:3", "livestream:2"],
        ["livestream:1", "livestream:0"],
        ["default:standup"],
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 101},
        {"filter_conditions": {"mood": "good"}},
        {"filter_conditions": {"ongoing": {"$gt": True}}},
        {"filter_conditions": {"ended_at": {"$gte": 1724326455766084000}}},
        {"sort": [{"field": "mood", "direction": 1}]},
        {"sort": [{"field": "id", "direction": 1}] * 3},
        {"next": "no cursor"},
    ],
)
async def test_a_query_that_is_not_documented_is_refused(
    to_stream: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    answer = await to_stream.post("/calls", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, 4)


async def test_ended_calls_are_found_by_rfc_3339_times(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    await to_stream.post(f"{CALL}/mark_ended")
    asked = {"filter_conditions": {"ended_at": {"$gte": "2026-11-21T09:00:00Z"}}}
    [state] = (await to_stream.post("/calls", json=asked)).json()["calls"]
    assert state["call"]["cid"] == "default:standup"
    assert ("end", "default:standup", None) in stream.effects


async def test_participants_are_those_connected_now_and_can_be_filtered(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stream.mute_self("default:standup", "ben")

    async def asked(conditions: dict[str, Any], limit: int = 100) -> tuple[list[str], int]:
        answer = await to_stream.post(
            f"{CALL}/participants", params={"limit": limit}, json={"filter_conditions": conditions}
        )
        people = [person["user"]["id"] for person in answer.json()["participants"]]
        return people, answer.json()["total_participants"]

    assert await asked({}) == (["ada", "ben"], 2)
    assert await asked({}, limit=1) == (["ada"], 2)
    assert await asked({"user_id": {"$in": ["ben", "carla"]}}) == (["ben"], 1)
    assert await asked({"published_tracks": {"$in": ["audio"]}}) == (["ada"], 1)
    beyond = await to_stream.post(f"{CALL}/participants", params={"limit": 101}, json={})
    assert beyond.status_code == 400


async def test_mute_takes_only_the_tracks_that_are_named(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    ben = stream.rooms["default:standup"].stay("ben")
    assert ben is not None
    await to_stream.post(f"{CALL}/mute_users", json={"user_ids": ["ben"]})
    assert ben.tracks == {"audio", "video"}
    await to_stream.post(f"{CALL}/mute_users", json={"user_ids": ["ben"], "audio": True})
    await to_stream.post(f"{CALL}/mute_users", json={"mute_all_users": True, "audio": True})
    assert ben.tracks == {"video"}
    assert stream.effects == [("mute", "default:standup", who) for who in ("ben", "ada")]


@pytest.mark.parametrize(
    "body",
    [
        {"mute_all_users": ["ben"], "audio": True},
        {"user_ids": ["ben"], "audio": True, "muted_by_id": "nobody"},
        {"user_ids": "ben", "audio": True},
    ],
)
async def test_a_mute_that_is_not_as_documented_is_refused(
    stream: StreamServer, to_stream: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    """One sample of the vendor's shows a list for `mute_all_users`; its table says boolean."""
    assert (await to_stream.post(f"{CALL}/mute_users", json=body)).status_code == 400
    assert stream.effects == []


async def test_the_kicked_may_come_back_and_the_blocked_may_not_until_unblocked(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    room = stream.rooms["default:standup"]
    answer = await to_stream.post(f"{CALL}/kick", json={"user_id": "ben"})
    assert (answer.status_code, list(answer.json())) == (201, ["duration"])
    await to_stream.post(f"{CALL}/kick", json={"user_id": "ben"})
    stream.join(room.id, BEN)
    await to_stream.post(f"{CALL}/kick", json={"user_id": "ben", "block": True})
    with pytest.raises(KeptOut):
        stream.join(room.id, BEN)
    assert (await to_stream.get(CALL)).json()["call"]["blocked_user_ids"] == ["ben"]
    await to_stream.post(f"{CALL}/unblock", json={"user_id": "ben"})
    stream.join(room.id, BEN)
    assert [effect.verb for effect in stream.effects] == ["kick", "kick", "block", "unblock"]


async def test_a_recording_starts_once_and_is_listed_when_stopped(
    stream: StreamServer, to_stream: httpx.AsyncClient, clock: ManualClock
) -> None:
    start = f"{CALL}/recordings/composite/start"
    assert (await to_stream.post(f"{CALL}/recordings/all/start")).status_code == 400
    assert (await to_stream.post(start)).status_code == 201
    assert (await to_stream.post(start)).status_code == 400
    assert (await to_stream.get(CALL)).json()["call"]["recording"] is True
    clock.advance(60)
    assert (await to_stream.post(f"{CALL}/recordings/composite/stop")).status_code == 400
    await to_stream.post(f"{CALL}/recordings/composite/stop", json={})
    [recording] = (await to_stream.get(f"{CALL}/recordings")).json()["recordings"]
    assert recording["end_time"] - recording["start_time"] == 60 * 10**9
    assert "Signature=" in recording["url"]
    assert [effect.verb for effect in stream.effects] == ["record_start", "record_stop"]


async def test_rtmp_takes_exactly_one_target_with_a_name_of_its_own_and_tells_the_key(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    one = {"name": "tv", "stream_url": "rtmp://tv.example/live", "stream_key": "k"}
    for refused in ([], [one, {**one, "name": "radio"}], [{"name": "tv"}]):
        body = {"broadcasts": refused}
        assert (await to_stream.post(f"{CALL}/rtmp_broadcasts", json=body)).status_code == 400
    body = {"broadcasts": [one]}
    answers = [await to_stream.post(f"{CALL}/rtmp_broadcasts", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 400]
    assert (await to_stream.get(CALL)).json()["call"]["egress"]["rtmps"] == [
        {**one, "started_at": nanoseconds(START)}
    ]
    assert (await to_stream.post(f"{CALL}/rtmp_broadcasts/tv/stop")).status_code == 400
    stops = [await to_stream.post(f"{CALL}/rtmp_broadcasts/tv/stop", json={}) for _ in range(2)]
    assert [answer.status_code for answer in stops] == [201, 404]
    assert stream.effects[-1] == ("rtmp_stop", "default:standup", "tv")


async def test_a_broadcast_starts_once_and_a_second_stop_changes_nothing(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    started = await to_stream.post(f"{CALL}/start_broadcasting")
    assert started.json()["playlist_url"].endswith(".m3u8")
    assert (await to_stream.post(f"{CALL}/start_broadcasting")).status_code == 400
    assert (await to_stream.get(CALL)).json()["call"]["egress"]["hls"]["status"] == "running"
    for _ in range(2):
        assert (await to_stream.post(f"{CALL}/stop_broadcasting")).status_code == 201
    assert [effect.verb for effect in stream.effects] == ["live_start", "live_stop"]


async def test_a_session_ends_with_its_last_person_and_the_next_one_begins_another(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    first = (await to_stream.get(CALL)).json()["call"]["current_session_id"]
    for person in ("ada", "ben"):
        stream.leave("default:standup", person)
    assert (await to_stream.get(CALL)).json()["call"]["current_session_id"] == ""
    stream.join("default:standup", ADA)
    second = (await to_stream.get(CALL)).json()["call"]["current_session_id"]
    assert second not in ("", first)


async def test_nobody_joins_a_call_that_was_ended(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    for _ in range(2):
        assert (await to_stream.post(f"{CALL}/mark_ended")).status_code == 201
    assert stream.effects == [("end", "default:standup", None)]
    with pytest.raises(KeptOut):
        stream.join("default:standup", Visitor("carla", "Carla"))


async def test_what_is_not_there_is_404_with_streams_own_number(
    to_stream: httpx.AsyncClient,
) -> None:
    for answer in (await to_stream.get("/call/default/none"), await to_stream.get("/nothing")):
        assert (answer.status_code, answer.json()["code"]) == (404, 16)


async def test_a_moderator_acts_by_name_once_that_user_exists(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    users = {"users": {"mod": {"id": "mod", "name": "Moderator"}}}
    made = await to_stream.post("http://stream/api/v2/users", json=users)
    assert made.status_code == 201
    body = {"user_id": "ben", "kicked_by_id": "mod"}
    assert (await to_stream.post(f"{CALL}/kick", json=body)).status_code == 201
    assert stream.requests[-1].path.endswith("/kick")
    assert b"kicked_by_id" in stream.requests[-1].body


async def test_all_rtmp_outputs_stop_at_once_and_with_them_nothing_else(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    await to_stream.post(f"{CALL}/start_broadcasting")
    for name in ("tv", "radio"):
        body = {"broadcasts": [{"name": name, "stream_url": "rtmp://tv.example/live"}]}
        await to_stream.post(f"{CALL}/rtmp_broadcasts", json=body)
    await to_stream.post(f"{CALL}/rtmp_broadcasts/stop")
    egress = (await to_stream.get(CALL)).json()["call"]["egress"]
    assert (egress["rtmps"], "hls" in egress) == ([], True)
    assert [effect.person for effect in stream.effects[-2:]] == ["tv", "radio"]


async def test_nothing_starts_in_a_call_that_nobody_is_in(
    stream: StreamServer, to_stream: httpx.AsyncClient
) -> None:
    stream.open("default:empty", "Nobody")
    for path in ("recordings/raw/start", "start_broadcasting", "rtmp_broadcasts"):
        answer = await to_stream.post(f"/call/default/empty/{path}", json={})
        assert (answer.status_code, answer.json()["code"]) == (400, 4)


@given(people=st.integers(0, 12), size=st.integers(1, 5))
def test_pages_of_any_size_hold_every_item_exactly_once(people: int, size: int) -> None:
    items, seen = list(range(people)), []
    query = QueryCalls(limit=size)
    while True:
        shown, cursors = page(items, query)
        seen += shown
        if "next" not in cursors:
            break
        query = QueryCalls(limit=size, next=cursors["next"])
    assert seen == items


@given(st.text(max_size=20))
def test_a_cursor_that_nobody_gave_out_is_refused_and_never_an_error(cursor: str) -> None:
    with contextlib.suppress(ApiRefusal):
        shown, _ = page([1, 2, 3], QueryCalls(next=cursor))
        assert set(shown) <= {1, 2, 3}
