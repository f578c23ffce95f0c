"""What Slack signed is read as it was meant: no word in it loses a command, and nonsense is 4xx."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
import pytest_asyncio
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.demo.slack.signing import Signature, headers
from bot.demo.stage import Show, open_show
from bot.errors import PayloadUnreadable
from handlers.inbound.payloads import bolt_request, read_payload
from handlers.slack_api.json_object import json_object

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOOR = "/slack/events"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    async with open_show(tmp_path_factory.mktemp("show")) as opened:
        yield opened


def fields(show: Show, **changed: str) -> dict[str, str]:
    cast = show.stage.cast
    return {
        "command": "/calls",
        "text": "help",
        "user_id": cast.viewer.id,
        "user_name": "vic",
        "team_id": show.workspace.team,
        "enterprise_id": "",
        "channel_id": cast.ops.id,
        "channel_name": "call-ops",
        "trigger_id": "1.2.3",
        **changed,
    }


async def post(show: Show, body: bytes, kind: str = FORM, path: str = DOOR) -> httpx.Response:
    seal = headers(Signature.GOOD, show.workspace.credentials.signing_secret, body, SystemClock())
    return await show.http.post(path, content=body, headers={"content-type": kind, **seal})


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "help payload"},
        {"text": "payload"},
        {"text": 'help payload={"type":"shortcut"}'},
        {"user_name": "payload"},
        {"channel_name": "payload-reviews"},
        {"text": "help 100% sure %zz"},
        {"text": "help &command=/other;text=x"},
    ],
)
async def test_no_word_of_a_command_loses_it(show: Show, changed: dict[str, str]) -> None:
    answer = await post(show, urlencode(fields(show, **changed)).encode())
    assert answer.status_code == 200
    assert answer.json()["text"]


@given(text=st.text(st.characters(codec="utf-8")), name=st.text(st.characters(codec="utf-8")))
@example(text="payload", name="payload")
async def test_a_form_says_what_was_written_into_it(text: str, name: str) -> None:
    form = {"command": "/calls", "text": text, "user_name": name, "payload": text}
    assert read_payload(urlencode(form)) == form
    assert read_payload(urlencode(form, quote_via=quote)) == form


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("text=100%&command=/calls", {"text": "100%", "command": "/calls"}),
        ("text=%zz", {"text": "%zz"}),
        ("text=&command=%2Fcalls", {"text": "", "command": "/calls"}),
        ("text&command=%2Fcalls", {"text": "", "command": "/calls"}),
        ("text=a&text=b", {"text": "b"}),
        ("text=a;b", {"text": "a;b"}),
        ("payload=%7B%22type%22%3A%22x%22%7D", {"type": "x"}),
        ('{"type":"x"}', {"type": "x"}),
        ("", {}),
    ],
)
async def test_what_can_be_read_of_an_odd_form_is_read(body: str, read: object) -> None:
    assert read_payload(body) == read


@pytest.mark.parametrize(
    "body",
    ["text=%ff", "text=%ed%a0%80", "payload=", "payload=1", "payload=%5B%5D", "{", "[" * 90_000],
)
async def test_what_cannot_be_read_is_said_to_be_unreadable(body: str) -> None:
    with pytest.raises(PayloadUnreadable):
        read_payload(body, "" if body.startswith(("text", "payload")) else JSON)


async def test_halves_of_characters_become_the_sign_for_what_is_missing() -> None:
    told = json_object(r'{"a\uD83D": ["\ud83e\udd8a", "\udd8a", 1, "\\ud83d"]}')
    assert told == {"a\ufffd": ["🦊", "\ufffd", 1, "\\ud83d"]}


@pytest.mark.parametrize("path", [f"{DOOR}/", DOOR])
async def test_a_slash_at_the_end_of_the_address_is_taken(show: Show, path: str) -> None:
    answer = await post(show, urlencode(fields(show)).encode(), path=path)
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert "/calls kick" in answer.text


@pytest.mark.parametrize("path", ["healthz/", "readyz/", "metrics/", "webhooks/stream/", "x/", ""])
async def test_no_door_redirects(show: Show, path: str) -> None:
    for method in ("GET", "POST"):
        answer = await show.http.request(method, f"/{path}")
        assert answer.status_code in {200, 401, 404, 405}
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    "body", [b"ssl_check=1", b"ssl_check=1&token=abc", b"token=abc&ssl_check=1"]
)
async def test_slack_may_ask_whether_our_certificate_is_good(show: Show, body: bytes) -> None:
    with capture_logs() as log:
        answer = await show.http.post(DOOR, content=body, headers={"content-type": FORM})
        signed = await post(show, body)
    assert (answer.status_code, answer.content) == (200, b"")
    assert (signed.status_code, signed.content) == (200, b"")
    assert log == []


@pytest.mark.parametrize(
    "body",
    [
        b"ssl_check=1&command=/calls&text=end",
        b"ssl_check=0",
        b"ssl_check=1&text=%ff",
        b"\xff",
        b"ssl_check=1&token=" + b"x" * 1_000,
        b"",
    ],
)
async def test_nothing_else_comes_in_under_that_name(show: Show, body: bytes) -> None:
    with capture_logs() as log:
        answer = await show.http.post(DOOR, content=body, headers={"content-type": FORM})
    assert answer.status_code == 401
    assert [line["why"] for line in log] == ["not signed"]


USER = {"id": "U1", "team_id": "T1"}
VIEW = {"id": "V1", "type": "modal", "callback_id": "order"}
WHOLE: list[dict[str, Any]] = [
    {"command": "/calls", "user_id": "U1", "text": "help"},
    {"type": "block_actions", "user": USER, "actions": [{"action_id": "a"}], "team": None},
    {"type": "view_submission", "user": USER, "view": VIEW, "enterprise": None},
    {"type": "block_suggestion", "user": USER, "action_id": "a", "value": "x"},
    {"type": "shortcut", "user": USER, "callback_id": "a", "team": {"id": "T1"}},
    {"type": "event_callback", "event": {"type": "app_home_opened", "user": "U1"}},
]


LACKING: list[dict[str, Any]] = [
    {"command": "/calls"},
    {"command": 7, "user_id": "U1"},
    {"command": "/calls", "user_id": ["U1"]},
    {"command": "/calls", "user_id": "U\0"},
    {"type": "block_actions"},
    {"type": "block_actions", "user": USER, "actions": []},
    {"type": "block_actions", "user": USER, "actions": [{}]},
    {"type": "block_actions", "user": "U1", "actions": [{"action_id": "a"}]},
    {"type": "block_actions", "user": USER, "actions": [{"action_id": 7}]},
    {"type": "view_submission", "user": USER, "view": {}},
    {"type": "view_submission", "user": USER, "view": "callback_id"},
    {"type": "block_suggestion", "user": USER, "action_id": None},
    {"type": "shortcut", "user": None, "callback_id": "a"},
    {"type": "event_callback"},
    {"type": "event_callback", "event": "type"},
    {"type": "event_callback", "event": {"type": 7}},
    {"type": "x", "callback_id": 7},
    {"type": "x", "team": 7},
    {"type": "x", "authorizations": [7]},
    {"type": ["x"]},
    {"type": "interactive_message", "callback_id": "a"},
    {"type": "workflow_step_edit", "callback_id": "a"},
]


async def test_what_each_kind_always_has_is_enough_for_bolt() -> None:
    for payload in WHOLE:
        assert bolt_request(payload, {}).body == payload


@pytest.mark.parametrize("payload", LACKING, ids=lambda payload: json.dumps(payload)[:60])
async def test_signed_nonsense_is_400_and_never_500(show: Show, payload: dict[str, Any]) -> None:
    answer = await post(show, json.dumps(payload).encode(), JSON)
    assert answer.status_code == 400
    if "command" not in payload:
        form = urlencode({"payload": json.dumps(payload)}).encode()
        assert (await post(show, form)).status_code == 400


@pytest.mark.parametrize("kind", ["interactive_message", "dialog_submission", "view_closed", "?"])
async def test_kinds_that_nothing_of_ours_sends_are_unknown(show: Show, kind: str) -> None:
    payload = {"type": kind, "user": USER, "callback_id": "a", "view": VIEW, "actions": [{}]}
    assert (await post(show, json.dumps(payload).encode(), JSON)).status_code == 404


async def test_what_nobody_takes_is_told_without_what_was_written_into_it(show: Show) -> None:
    payload = {"type": "dialog_submission", "callback_id": "a", "submission": {"x": "s3cret"}}
    payload |= {"view": "s3cret", "user": "U1"}
    with capture_logs() as log:
        answer = await post(show, json.dumps(payload).encode(), JSON)
    assert answer.status_code == 404
    assert [(line["event"], line["kind"]) for line in log] == [("request not taken", "other")]
    assert "s3cret" not in str(log)


async def test_an_event_without_a_person_does_nothing_and_is_acknowledged(show: Show) -> None:
    people: list[Any] = [None, {}]
    with capture_logs() as log:
        for number, person in enumerate(people):
            inner = {"type": "app_home_opened", "user": person}
            payload = {"type": "event_callback", "event_id": f"Odd{number}", "event": inner}
            assert (await post(show, json.dumps(payload).encode(), JSON)).status_code == 200
        await show.services.tasks.drain(30)
    assert [line for line in log if line["log_level"] == "error"] == []


@pytest.mark.parametrize("levels", [100, 300, 900, 50_000])
async def test_an_object_in_an_object_in_an_object_is_no_error_of_ours(
    show: Show, levels: int
) -> None:
    body = '{"event":' * levels + "{}" + "}" * levels
    assert (await post(show, body.encode(), JSON)).status_code in {400, 404}
