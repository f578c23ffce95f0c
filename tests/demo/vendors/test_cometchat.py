"""The make-believe CometChat behaves as CometChat documents."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.demo.vendors import AppTransport, CometChatServer, KeptOut, Visitor
from tests.demo.vendors.clients import BEN
from tests.fakes.clock import START, ManualClock

DOCUMENTED = "v1.us.31780434a95d45.16923681138d75114d60d1345a22e4cc612263fb26c0b5cf92"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "AUTH_ERR_EMPTY_APIKEY"),
        ({"apikey": "wrong"}, "AUTH_ERR_APIKEY_NOT_FOUND"),
        ({"authorization": CometChatServer.api_key}, "AUTH_ERR_EMPTY_APIKEY"),
    ],
)
async def test_a_wrong_key_is_refused_with_the_documented_word(
    comet: CometChatServer, headers: dict[str, str], code: str
) -> None:
    async with httpx.AsyncClient(transport=AppTransport(comet.app)) as client:
        answer = await client.get("http://comet/v3/calls", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == code


async def test_the_documentations_own_call_is_there_word_for_word(
    to_comet: httpx.AsyncClient,
) -> None:
    call = (await to_comet.get(f"/calls/{DOCUMENTED}")).json()["data"]
    assert call["totalDuration"] == "00:00:19"
    assert (call["startedAt"], call["endedAt"]) == (1692368127, 1692368146)
    assert [person["totalDuration"] for person in call["participants"]] == [
        0.23333333333333334,
        0.26666666666666666,
    ]


async def test_a_made_up_call_has_the_fields_of_the_documented_one(
    comet: CometChatServer, to_comet: httpx.AsyncClient
) -> None:
    comet.leave("v1.us.demo", "ada")
    documented = (await to_comet.get(f"/calls/{DOCUMENTED}")).json()["data"]
    made_up = (await to_comet.get("/calls/v1.us.demo")).json()["data"]
    assert set(made_up) == set(documented)
    assert set(made_up["participants"][0]) == set(documented["participants"][0])


async def test_times_are_seconds_and_the_invited_who_never_came_are_listed_too(
    to_comet: httpx.AsyncClient,
) -> None:
    call = (await to_comet.get("/calls/v1.us.demo")).json()["data"]
    started = int(START.timestamp())
    assert (call["initiatedAt"], call["startedAt"]) == (started, started + 5)
    assert call["totalDuration"] == "00:01:30"
    assert "endedAt" not in call
    ada, carla = call["participants"]
    assert (ada["isJoined"], ada["state"], ada["totalDuration"]) == (True, "ongoing", 1.5)
    assert (carla["uid"], carla["isJoined"], carla["state"]) == ("carla", False, "unanswered")
    assert "joinedAt" not in carla
    assert call["totalParticipants"] == 1
    assert not {"name", "displayName"} & set(ada)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "ongoing"}, ["v1.us.demo"]),
        ({"status": "ended"}, [DOCUMENTED]),
        ({"type": "audio"}, [DOCUMENTED]),
        ({"receiverType": "group"}, ["v1.us.demo"]),
        ({"uid": "superhero8"}, [DOCUMENTED]),
        ({"participantsCount": 2}, ["v1.us.demo", DOCUMENTED]),
        ({"hasRecording": "true"}, []),
    ],
)
async def test_calls_are_listed_by_the_documented_filters(
    to_comet: httpx.AsyncClient, asked: dict[str, Any], found: list[str]
) -> None:
    answer = (await to_comet.get("/calls", params=asked)).json()
    assert [call["sessionId"] for call in answer["data"]] == found
    assert answer["meta"]["pagination"]["total"] == len(found)


async def test_pages_say_where_they_stand(to_comet: httpx.AsyncClient) -> None:
    answer = (await to_comet.get("/calls", params={"page": 2, "perPage": 1})).json()
    assert answer["meta"]["pagination"] == {
        "total": 2,
        "count": 1,
        "per_page": 1,
        "current_page": 2,
        "total_pages": 2,
    }
    beyond = (await to_comet.get("/calls", params={"page": 9})).json()
    assert beyond["data"] == []
    assert (await to_comet.get("/calls", params={"page": 0})).status_code == 400


async def test_on_behalf_of_shows_only_that_users_calls(to_comet: httpx.AsyncClient) -> None:
    headers = {"onBehalfOf": "ada"}
    answer = await to_comet.get("/calls", headers=headers)
    assert [call["sessionId"] for call in answer.json()["data"]] == ["v1.us.demo"]
    assert (await to_comet.get(f"/calls/{DOCUMENTED}", headers=headers)).status_code == 404


async def test_an_unknown_call_is_404_and_nothing_can_be_written(
    comet: CometChatServer, to_comet: httpx.AsyncClient
) -> None:
    missing = await to_comet.get("/calls/none")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "ERR_CALL_SESSION_NOT_FOUND"
    assert (await to_comet.put("/calls/v1.us.demo", json={})).status_code == 405
    assert (await to_comet.get("/calls/v1.us.demo/transcriptions")).json()["data"] == []
    assert comet.effects == []


def test_a_call_holds_fifty_people_and_ends_with_the_last(
    comet: CometChatServer, clock: ManualClock
) -> None:
    for number in range(49):
        comet.join("v1.us.demo", Visitor(f"p{number}", "P"))
    with pytest.raises(KeptOut):
        comet.join("v1.us.demo", BEN)
    clock.advance(1)
    for stay in comet.rooms["v1.us.demo"].here():
        comet.leave("v1.us.demo", stay.visitor.id)
    assert comet.rooms["v1.us.demo"].status == "ended"


async def test_a_recorded_call_shows_its_recording_in_minutes_and_five_transcriptions(
    comet: CometChatServer, to_comet: httpx.AsyncClient
) -> None:
    for hour in range(7):
        began = START + timedelta(hours=hour)
        comet.recorded("v1.us.demo", began, began + timedelta(seconds=90))
    call = (await to_comet.get("/calls/v1.us.demo")).json()["data"]
    assert (call["hasRecording"], call["hasTranscription"]) == (True, True)
    assert len(call["recordings"]) == 7
    newest = call["recordings"][0]
    assert (newest["duration"], newest["endTime"] - newest["startTime"]) == (1.5, 90)
    assert len(call["transcriptions"]) == 5
    listed = (await to_comet.get("/calls/v1.us.demo/transcriptions")).json()
    assert len(listed["data"]) == 7
    assert listed["meta"]["pagination"]["per_page"] == 100


async def test_the_chat_api_changes_groups_and_no_call(
    comet: CometChatServer, to_comet: httpx.AsyncClient
) -> None:
    chat = "http://comet/chat/v3/groups/demo"
    banned = await to_comet.post(f"{chat}/bannedusers/ada")
    assert (banned.status_code, banned.json()["data"]["success"]) == (200, True)
    assert (await to_comet.delete(f"{chat}/members/ada")).status_code == 404
    assert (await to_comet.delete(f"{chat}/bannedusers/ada")).status_code == 200
    assert (await to_comet.delete(f"{chat}/bannedusers/ada")).status_code == 404
    assert (await to_comet.delete(f"{chat}/members/carla")).status_code == 200
    assert (await to_comet.post(f"{chat}x/bannedusers/ada")).status_code == 404
    assert (await to_comet.post("/groups/demo/bannedusers/ada")).status_code == 404
    assert [effect.verb for effect in comet.effects] == ["group_ban", "group_unban", "group_remove"]
    assert len(comet.rooms["v1.us.demo"].here()) == 1


async def test_the_chat_api_wants_the_same_key(comet: CometChatServer) -> None:
    async with httpx.AsyncClient(transport=AppTransport(comet.app)) as client:
        answer = await client.post("http://comet/chat/v3/groups/demo/bannedusers/ada")
    assert answer.status_code == 401


async def test_somebody_banned_from_the_group_stays_banned_when_they_join_a_call(
    comet: CometChatServer, to_comet: httpx.AsyncClient
) -> None:
    await to_comet.post("http://comet/chat/v3/groups/demo/bannedusers/ben")
    comet.join("v1.us.demo", BEN)
    assert "ben" not in comet.groups["demo"].members
