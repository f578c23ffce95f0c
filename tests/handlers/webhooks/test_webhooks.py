"""The vendors' doors: what is let in, what is turned away, and what a moderator has of it."""

import gzip

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from structlog.testing import capture_logs

from bot.calls.models import Vendor
from bot.demo.stage import Show
from bot.errors import UnknownPerson
from bot.service import entrance
from bot.settings import Settings
from handlers.inbound.bodies import MOST_BYTES
from handlers.services import Services
from tests.handlers.webhooks.conftest import House
from tests.handlers.webhooks.signing import (
    COMET_LEFT,
    KIT_LEFT,
    STREAM_LEFT,
    by_comet,
    by_kit,
    by_stream,
    new_key,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def post(house: House, vendor: str, body: bytes, headers: dict[str, str]) -> int:
    return (await house.door.post(f"/webhooks/{vendor}", content=body, headers=headers)).status_code


async def test_who_has_left_is_not_acted_on_by_a_name_remembered(house: House) -> None:
    ref = await house.seen(Vendor.STREAM, "default:room-7")
    house.vendors[Vendor.STREAM].people[ref.id] = []
    assert await house.kick(ref) == "u1"
    await post(house, "stream", STREAM_LEFT, by_stream(STREAM_LEFT, house.secret))
    with pytest.raises(UnknownPerson):
        await house.kick(ref)


async def test_an_event_delivered_again_or_of_a_call_nobody_saw_is_taken(house: House) -> None:
    signed = by_stream(STREAM_LEFT, house.secret)
    for _ in range(2):
        assert await post(house, "stream", STREAM_LEFT, signed) == 200


async def test_an_event_touches_its_own_call_only(house: House) -> None:
    other = await house.seen(Vendor.STREAM, "default:room-8")
    await post(house, "stream", STREAM_LEFT, by_stream(STREAM_LEFT, house.secret))
    assert not await house.asks_the_vendor(other)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"type":"call.something_new"}', 200),
        (b'{"type":"call.ended"}', 400),
        (b'{"type":"call.ended","call_cid":""}', 400),
        (b'{"type":7}', 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"", 400),
    ],
)
async def test_unknown_events_of_stream_are_taken_and_unreadable_ones_refused(
    house: House, body: bytes, status: int
) -> None:
    assert await post(house, "stream", body, by_stream(body, house.secret)) == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"event":"recording.statusUpdate"}', 200),
        (b'{"event":"meeting.ended"}', 400),
        (b"{", 400),
    ],
)
async def test_unknown_events_of_realtimekit_are_taken_and_unreadable_ones_refused(
    house: House, private_key: rsa.RSAPrivateKey, body: bytes, status: int
) -> None:
    assert await post(house, "realtimekit", body, by_kit(body, private_key)) == status


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"trigger":"recording_generated"}', 200), (b'{"trigger":"call_ended"}', 400)],
)
async def test_unknown_events_of_cometchat_are_taken_and_unreadable_ones_refused(
    house: House, body: bytes, status: int
) -> None:
    assert await post(house, "cometchat", body, by_comet()) == status


async def test_the_key_is_asked_for_once_and_after_a_day_again(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    for asked in (1, 1, 2):
        signed = by_kit(KIT_LEFT, private_key)
        assert await post(house, "realtimekit", KIT_LEFT, signed) == 200
        assert house.cloudflare.asked == asked
        house.clock.advance(43_200)


async def test_a_changed_key_is_asked_for_at_most_once_a_minute(house: House) -> None:
    old, new = house.cloudflare.key, new_key()
    assert await post(house, "realtimekit", KIT_LEFT, by_kit(KIT_LEFT, old)) == 200
    house.cloudflare.key = new
    house.clock.advance(59)
    assert await post(house, "realtimekit", KIT_LEFT, by_kit(KIT_LEFT, new)) == 401
    assert house.cloudflare.asked == 1
    house.clock.advance(1)
    assert await post(house, "realtimekit", KIT_LEFT, by_kit(KIT_LEFT, new)) == 200
    assert await post(house, "realtimekit", KIT_LEFT, by_kit(KIT_LEFT, old)) == 401
    assert house.cloudflare.asked == 2


async def test_a_key_of_another_kind_is_none(house: House, private_key: rsa.RSAPrivateKey) -> None:
    form = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    pem = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*form)
    house.cloudflare.said = {"data": {"publicKey": pem.decode()}}
    assert await post(house, "realtimekit", KIT_LEFT, by_kit(KIT_LEFT, private_key)) == 503


@pytest.mark.parametrize("signature", ["not base64!", "ä"])
async def test_a_signature_that_cannot_be_read_asks_nobody(house: House, signature: str) -> None:
    headers = httpx.Headers({"rtk-signature": signature}, encoding="utf-8")
    answer = await house.door.post("/webhooks/realtimekit", content=KIT_LEFT, headers=headers)
    assert (answer.status_code, house.cloudflare.asked) == (401, 0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" " * (MOST_BYTES + 1), 413),
        (gzip.compress(b" " * (MOST_BYTES + 1)), 413),
        (gzip.compress(STREAM_LEFT)[:-9], 400),
        (b"\x1f\x8b no gzip", 400),
    ],
)
async def test_a_body_too_long_or_broken_is_turned_away(
    house: House, body: bytes, status: int
) -> None:
    assert await post(house, "stream", body, by_stream(body, house.secret)) == status


async def test_a_refusal_is_one_line_without_a_secret(house: House) -> None:
    with capture_logs() as log:
        await post(house, "cometchat", COMET_LEFT, by_comet("callwarden:guess"))
    assert log == [
        {
            "event": "webhook turned away",
            "log_level": "warning",
            "path": "/webhooks/cometchat",
            "status": 401,
            "why": "not the user and password of COMETCHAT_WEBHOOK_AUTH",
        }
    ]


async def test_without_a_login_cometchat_is_not_believed_and_the_log_says_what_to_set(
    show: Show,
) -> None:
    app = entrance(Settings.load(show.stage.environ, None), show.services).web
    transport = httpx.ASGITransport(app)
    with capture_logs() as log:
        async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as door:
            answer = await door.post("/webhooks/cometchat", content=COMET_LEFT, headers=by_comet())
    assert answer.status_code == 401
    assert "set COMETCHAT_WEBHOOK_AUTH" in log[0]["why"]


@pytest.mark.parametrize("vendor", Vendor)
async def test_a_vendor_that_is_off_has_no_door(show: Show, vendor: Vendor) -> None:
    slack = {k: v for k, v in show.stage.environ.items() if k.startswith("SLACK_")}
    transport = httpx.ASGITransport(entrance(Settings.load(slack, None), show.services).web)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as door:
        assert (await door.post(f"/webhooks/{vendor}")).status_code == 404


async def test_a_process_still_opening_asks_for_the_event_again(show: Show) -> None:
    settings = Settings.load(show.stage.environ, None)
    transport = httpx.ASGITransport(entrance(settings, Services("/calls")).web)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as door:
        signed = by_stream(STREAM_LEFT, show.stage.environ["STREAM_API_SECRET"])
        answer = await door.post("/webhooks/stream", content=STREAM_LEFT, headers=signed)
    assert answer.status_code == 503
