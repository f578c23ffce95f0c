"""While RealtimeKit's key is away, what needs it is answered soon, and nothing else waits."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.providers.realtimekit.signatures import AWAY_SECONDS, RENEWAL_SECONDS
from tests.handlers.webhooks.conftest import WAIT, House
from tests.handlers.webhooks.signing import KIT_LEFT, STREAM_LEFT, by_kit, by_stream, new_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON = WAIT * 0.8
"""Less than anybody who waits for the key would take."""


async def kit(house: House, key: rsa.RSAPrivateKey) -> int:
    headers = by_kit(KIT_LEFT, key)
    answer = await house.door.post("/webhooks/realtimekit", content=KIT_LEFT, headers=headers)
    return answer.status_code


async def test_all_that_need_it_wait_for_one_fetch_and_not_for_long(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    house.cloudflare.silent = True
    async with asyncio.timeout(WAIT * 10):
        told = await asyncio.gather(*(kit(house, private_key) for _ in range(50)))
    assert (set(told), house.cloudflare.asked) == ({503}, 1)
    house.cloudflare.speak()
    assert await kit(house, private_key) == 200
    assert house.cloudflare.asked == 1


async def test_a_key_that_comes_in_time_serves_all_who_wait_for_it(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    house.cloudflare.silent = True
    waiting = asyncio.gather(*(kit(house, private_key) for _ in range(5)))
    await house.cloudflare.heard(1)
    house.cloudflare.speak()
    assert (await waiting, house.cloudflare.asked) == ([200] * 5, 1)


async def test_a_key_that_was_not_to_be_had_is_not_asked_for_at_once_again(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    house.cloudflare.status = 404
    assert [await kit(house, private_key) for _ in range(3)] == [503] * 3
    assert house.cloudflare.asked == 1
    house.cloudflare.status = 200
    house.clock.advance(AWAY_SECONDS + 1)
    assert await kit(house, private_key) == 200


async def test_events_that_the_key_at_hand_fits_wait_for_no_other(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    assert await kit(house, private_key) == 200
    house.clock.advance(RENEWAL_SECONDS)
    house.cloudflare.silent = True
    doubtful = asyncio.create_task(kit(house, new_key()))
    await house.cloudflare.heard(2)
    async with asyncio.timeout(SOON):
        assert await kit(house, private_key) == 200
    assert await doubtful == 503
    house.cloudflare.speak()


async def test_other_vendors_events_and_health_checks_do_not_wait(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    house.cloudflare.silent = True
    waiting = asyncio.create_task(kit(house, private_key))
    async with asyncio.timeout(SOON):
        signed = by_stream(STREAM_LEFT, house.secret)
        answer = await house.door.post("/webhooks/stream", content=STREAM_LEFT, headers=signed)
        assert answer.status_code == 200
        assert (await house.door.get("/healthz")).status_code == 200
    assert not waiting.done()
    assert await waiting == 503
    house.cloudflare.speak()


async def test_a_process_that_stops_gives_up_what_it_fetches(
    house: House, private_key: rsa.RSAPrivateKey
) -> None:
    house.cloudflare.silent = True
    assert await kit(house, private_key) == 503
