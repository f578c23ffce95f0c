"""How requests prove whose they are, and what is said where a vendor does not believe it."""

import json
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from pydantic import SecretStr

from bot.calls.models import Vendor
from bot.demo.vendors import CometChatServer, RealtimeKitServer, StreamServer
from bot.demo.vendors.base import ApiRefusal
from bot.demo.vendors.faults import AppTransport
from bot.demo.vendors.stream.tokens import require_token
from bot.errors import VendorDenied, VendorError, VendorRefused
from bot.ports import CallProvider
from bot.providers.http.credentials import HeaderKey
from bot.providers.stream.credentials import LIFETIME
from tests.fakes.chunked_body import Pieces
from tests.fakes.clock import START, ManualClock
from tests.providers import cometchat_setup, realtimekit_setup, stream_setup

NOW = START.timestamp()


class Notes(AppTransport):
    """Stream, and the tokens it was shown."""

    def __init__(self, server: StreamServer) -> None:
        super().__init__(server.app)
        self.tokens: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.tokens.append(request.headers["authorization"])
        return await super().handle_async_request(request)


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


async def test_each_request_to_stream_has_a_token_that_soon_runs_out() -> None:
    clock = ManualClock()
    notes = Notes(StreamServer(clock))
    one = stream_setup.client(StreamServer(clock), clock=clock, transport=notes)
    await one.list_live(limit=1)
    clock.advance(3600)
    await one.list_live(limit=1)
    first, second = (claims(token) for token in notes.tokens)
    assert first == {"exp": NOW + LIFETIME.total_seconds()}
    assert second["exp"] - first["exp"] == 3600
    await one.aclose()


@pytest.mark.parametrize("off", [-LIFETIME, timedelta(0), timedelta(minutes=6), timedelta(days=9)])
async def test_our_clock_may_be_behind_for_minutes_and_ahead_by_anything(off: timedelta) -> None:
    server = StreamServer(ManualClock())
    ours = ManualClock(START + off)
    one = stream_setup.client(server, clock=ours, transport=AppTransport(server.app))
    assert (await one.list_live(limit=1)).items == ()
    await one.aclose()


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ({"exp": NOW - 10}, 40),
        ({"nbf": NOW + 10}, 41),
        ({"iat": NOW + 10}, 42),
    ],
)
def test_stream_refuses_tokens_of_another_time(claim: dict[str, float], code: int) -> None:
    with pytest.raises(ApiRefusal) as caught:
        require_token(jwt.encode(claim, StreamServer.api_secret), StreamServer.api_secret, NOW)
    assert (caught.value.status, caught.value.code) == (401, code)


def test_stream_takes_a_token_without_an_end_as_its_own_sdk_makes_it() -> None:
    require_token(jwt.encode({}, StreamServer.api_secret), StreamServer.api_secret, NOW)


@pytest.mark.parametrize(("token", "code"), [("nonsense", 5), ("", 5)])
def test_stream_refuses_what_is_no_token(token: str, code: int) -> None:
    with pytest.raises(ApiRefusal) as caught:
        require_token(token, StreamServer.api_secret, NOW)
    assert caught.value.code == code


async def test_a_clock_that_is_far_behind_is_told_as_such() -> None:
    server = StreamServer(ManualClock())
    ours = ManualClock(START - timedelta(hours=1))
    one = stream_setup.client(server, clock=ours, transport=AppTransport(server.app))
    with pytest.raises(VendorDenied, match="does not accept our credentials") as caught:
        await one.list_live(limit=1)
    assert "clock" in caught.value.next_step
    await one.aclose()


def refusing(vendor: Vendor, status: int, body: dict[str, Any]) -> CallProvider:
    """A client of a vendor that answers everything so."""
    sent = json.dumps(body).encode()
    always = httpx.MockTransport(lambda _: httpx.Response(status, stream=Pieces([sent])))
    if vendor is Vendor.STREAM:
        return stream_setup.client(StreamServer(ManualClock()), transport=always)
    if vendor is Vendor.REALTIMEKIT:
        return realtimekit_setup.client(RealtimeKitServer(ManualClock()), transport=always)
    return cometchat_setup.client(CometChatServer(ManualClock()), transport=always)


async def end_of(one: CallProvider) -> VendorError:
    with pytest.raises(VendorError) as caught:
        await one.list_live(limit=1)
    await one.aclose()
    return caught.value


def kit_error(code: int, message: str, **more: Any) -> dict[str, Any]:
    error = {"code": code, "message": message, **more}
    return {"success": False, "errors": [error], "messages": [], "result": None}


CHAIN = [{"code": 6111, "message": "Invalid format for Authorization header"}]


@pytest.mark.parametrize(
    ("vendor", "status", "body"),
    [
        (Vendor.REALTIMEKIT, 400, kit_error(6003, "Invalid request headers", error_chain=CHAIN)),
        (Vendor.REALTIMEKIT, 400, kit_error(1001, "Invalid token format")),
        (Vendor.REALTIMEKIT, 400, kit_error(10001, "Unable to authenticate request")),
        (Vendor.REALTIMEKIT, 403, kit_error(10000, "Authentication error")),
        (Vendor.REALTIMEKIT, 403, kit_error(9109, "Invalid access token")),
        (Vendor.STREAM, 401, {"code": 5, "message": "no", "StatusCode": 401}),
        (Vendor.STREAM, 400, {"code": 43, "message": "signature is not valid"}),
        (Vendor.STREAM, 403, {"code": 2, "message": "api_key not valid"}),
        (Vendor.COMETCHAT, 401, {"error": {"code": "AUTH_ERR_APIKEY_NOT_FOUND", "message": "x"}}),
        (Vendor.COMETCHAT, 400, {"error": {"code": "AUTH_ERR_NO_ACCESS", "message": "scope"}}),
        (Vendor.COMETCHAT, 404, {"error": {"code": "AUTH_ERR_EMPTY_APIKEY", "message": "x"}}),
    ],
)
async def test_wrong_credentials_are_told_as_such_whatever_the_status(
    vendor: Vendor, status: int, body: dict[str, Any]
) -> None:
    error = await end_of(refusing(vendor, status, body))
    assert isinstance(error, VendorDenied)
    assert "does not accept our credentials" in str(error)
    assert "admin" in error.next_step


async def test_which_header_is_mangled_is_said() -> None:
    body = kit_error(6003, "Invalid request headers", error_chain=CHAIN)
    assert str(await end_of(refusing(Vendor.REALTIMEKIT, 400, body))) == (
        "RealtimeKit does not accept our credentials: "
        "Invalid request headers: Invalid format for Authorization header"
    )


@pytest.mark.parametrize(
    ("vendor", "body"),
    [
        (Vendor.REALTIMEKIT, kit_error(7003, "Could not route to that path")),
        (Vendor.STREAM, {"code": 4, "message": "GetCall failed"}),
        (Vendor.COMETCHAT, {"error": {"code": "ERR_CALL_TERMINATED", "message": "over"}}),
    ],
)
async def test_another_no_is_not_about_credentials(vendor: Vendor, body: dict[str, Any]) -> None:
    error = await end_of(refusing(vendor, 400, body))
    assert isinstance(error, VendorRefused)
    assert not isinstance(error, VendorDenied)


@pytest.mark.parametrize("token", ["cut", "with a space in it and long enough", "", "§" * 40])
async def test_a_token_that_was_copied_by_half_is_told_as_such(token: str) -> None:
    server = RealtimeKitServer(ManualClock())
    error = await end_of(realtimekit_setup.client(server, token=token))
    assert isinstance(error, VendorDenied)
    assert "Authorization header" in str(error)


def test_a_key_stands_in_the_request_while_it_is_sent() -> None:
    request = httpx.Request("GET", "https://v.test")
    sending = HeaderKey("apikey", SecretStr("k-123")).auth_flow(request)
    next(sending)
    assert request.headers["apikey"] == "k-123"
    sending.close()
    assert "apikey" not in request.headers
