"""The two traps of webhooks: answering for trouble of our own, and verifying the wrong bytes."""

import gzip
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.calls.models import Vendor
from bot.providers.realtimekit.signatures import AWAY_SECONDS
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


async def kit_answers(house: House, key: rsa.RSAPrivateKey) -> int:
    answer = await house.door.post(
        "/webhooks/realtimekit", content=KIT_LEFT, headers=by_kit(KIT_LEFT, key)
    )
    return answer.status_code


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, None),
        (404, None),
        (200, {}),
        (200, {"data": {"publicKey": "no key"}}),
    ],
)
async def test_trap_8_a_key_that_is_not_to_be_had_is_503_so_that_the_event_comes_again(
    house: House, private_key: rsa.RSAPrivateKey, status: int, said: object
) -> None:
    ref = await house.seen(Vendor.REALTIMEKIT, "m-1")
    house.cloudflare.status, house.cloudflare.said = status, said
    assert await kit_answers(house, private_key) == 503
    assert not await house.asks_the_vendor(ref)
    house.cloudflare.status, house.cloudflare.said = 200, None
    house.clock.advance(AWAY_SECONDS + 1)
    assert await kit_answers(house, private_key) == 200
    assert await house.asks_the_vendor(ref)


async def test_trap_8_a_bad_signature_is_401_for_good(house: House) -> None:
    assert await kit_answers(house, new_key()) == 401


async def test_trap_8_a_signature_that_may_be_by_a_new_key_is_503_while_that_is_not_to_be_had(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    assert await kit_answers(house, private_key) == 200
    house.clock.advance(60)
    house.cloudflare.key, house.cloudflare.status = new_key(), 500
    assert await kit_answers(house, house.cloudflare.key) == 503
    house.cloudflare.status = 200
    house.clock.advance(AWAY_SECONDS + 1)
    assert await kit_answers(house, house.cloudflare.key) == 200


@pytest.mark.parametrize("packed", [False, True])
async def test_trap_9_stream_signs_the_uncompressed_bytes(house: House, packed: bool) -> None:
    ref = await house.seen(Vendor.STREAM, "default:room-7")
    sent = gzip.compress(STREAM_LEFT) if packed else STREAM_LEFT
    signed = by_stream(STREAM_LEFT, house.secret)
    answer = await house.door.post("/webhooks/stream", content=sent, headers=signed)
    assert answer.status_code == 200
    assert await house.asks_the_vendor(ref)


async def test_trap_9_a_signature_over_the_packed_bytes_is_none(house: House) -> None:
    packed = gzip.compress(STREAM_LEFT)
    signed = by_stream(packed, house.secret)
    answer = await house.door.post("/webhooks/stream", content=packed, headers=signed)
    assert answer.status_code == 401


async def test_trap_9_the_same_json_in_other_bytes_is_not_what_was_signed(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    for path, body, signed in (
        ("stream", STREAM_LEFT, by_stream(STREAM_LEFT, house.secret)),
        ("realtimekit", KIT_LEFT, by_kit(KIT_LEFT, private_key)),
    ):
        again = json.dumps(json.loads(body), indent=1).encode()
        answer = await house.door.post(f"/webhooks/{path}", content=again, headers=signed)
        assert answer.status_code == 401


async def test_trap_9_cometchat_signs_nothing_so_that_its_password_has_to_be_right(
    house: House,
) -> None:
    ref = await house.seen(Vendor.COMETCHAT, "v1.us.x")
    post, path = house.door.post, "/webhooks/cometchat"
    assert (await post(path, content=COMET_LEFT)).status_code == 401
    wrong = await post(path, content=COMET_LEFT, headers=by_comet("callwarden:guess"))
    assert wrong.status_code == 401
    assert not await house.asks_the_vendor(ref)
    assert (await post(path, content=COMET_LEFT, headers=by_comet())).status_code == 200
    assert await house.asks_the_vendor(ref)
