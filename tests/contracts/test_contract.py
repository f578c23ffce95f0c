"""The reader of the vendors' documents finds what is wrong: it would be worth nothing otherwise."""

import json
from typing import Any

import httpx
import pytest

from bot.calls.models import Vendor
from tests.contracts.answers import answer
from tests.contracts.contract import faults, load, operation_of

STREAM = load(Vendor.STREAM)
CALL = "https://video.stream-io-api.com/api/v2/video/call/default/room"
KEYS = {"Authorization": "t", "stream-auth-type": "jwt"}


def request(path: str, body: Any = None, *, method: str = "POST", **params: Any) -> httpx.Request:
    return httpx.Request(
        method, f"{CALL}{path}", params={"api_key": "k", **params}, headers=KEYS, json=body
    )


def wrong(asked: httpx.Request) -> list[str]:
    operation = operation_of(STREAM, asked)
    assert operation is not None
    return faults(operation, asked)


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (request("/kick", {}), "'user_id' is a required property"),
        (request("/kick", {"user_id": 7}), "user_id: 7 is not of type 'string'"),
        (request("/kick", {"user_id": "a", "reason": "b"}), "'reason' was unexpected"),
        (request("/kick"), "the body is missing"),
        (request("/mark_ended", {}), "no body is documented"),
        (request("/participants", {}, limit="many"), "the query parameter limit"),
        (request("/participants", {}, offset=1), "the query parameter offset is not documented"),
        (request("/participants", {}, limit=101), "101 is greater than the maximum of 100"),
        (request("/participants", {"filter_conditions": {"name": "a"}}), "'name' was unexpected"),
        (request("/recordings/all/start", {}), "recording_type in the path: 'all' is not one of"),
        (request("/rtmp_broadcasts", {"broadcasts": []}), "broadcasts: [] "),
    ],
)
def test_what_is_not_documented_is_a_fault(asked: httpx.Request, fault: str) -> None:
    (found,) = wrong(asked)
    assert fault in found


def test_a_documented_request_has_no_fault() -> None:
    assert wrong(request("/kick", {"user_id": "ann", "block": True})) == []
    assert wrong(request("", method="GET")) == []
    assert wrong(request("/participants", {"filter_conditions": {}}, limit=100)) == []


def test_a_missing_key_is_a_fault() -> None:
    bare = httpx.Request("POST", f"{CALL}/unblock", json={"user_id": "ann"})
    assert len(wrong(bare)) == 3


@pytest.mark.parametrize(
    "asked",
    [
        request("/kick", {"user_id": "ann"}, method="PUT"),
        request("/kick/now", {"user_id": "ann"}),
        httpx.Request("POST", "https://elsewhere.example/api/v2/video/call/default/room/kick"),
        httpx.Request("POST", "https://video.stream-io-api.com/api/v2/video/call//room/kick"),
    ],
)
def test_another_method_path_or_host_is_no_operation(asked: httpx.Request) -> None:
    assert operation_of(STREAM, asked) is None


def test_a_fixed_path_goes_before_a_placeholder() -> None:
    kit = load(Vendor.REALTIMEKIT)
    base = "https://api.cloudflare.com/client/v4/accounts/a/realtime/kit/b/sessions"
    report = operation_of(kit, httpx.Request("GET", f"{base}/peer-report/p"))
    people = operation_of(kit, httpx.Request("GET", f"{base}/s/participants"))
    assert report is not None
    assert people is not None
    assert (report.key, people.key) == (
        "GET /sessions/peer-report/{peer_id}",
        "GET /sessions/{session_id}/participants",
    )


def test_the_two_hosts_of_cometchat_are_not_taken_for_each_other() -> None:
    comet = load(Vendor.COMETCHAT)
    path = "/v3/groups/g/bannedusers/u"
    assert operation_of(comet, httpx.Request("POST", f"https://a.api-us.cometchat.io{path}"))
    assert (
        operation_of(comet, httpx.Request("POST", f"https://a.call-us.cometchat.io{path}")) is None
    )


def test_an_answer_is_the_same_every_time_and_a_story_may_not_leave_the_document() -> None:
    operation = operation_of(STREAM, request("", method="GET"))
    assert operation is not None
    status, body = answer(operation, {"call.cid": "a:b"})
    assert status == 200
    assert json.loads(body)["call"]["cid"] == "a:b"
    assert answer(operation, {"call.cid": "a:b"}) == (status, body)
    with pytest.raises(AssertionError, match="is not of type"):
        answer(operation, {"call.cid": 7})
