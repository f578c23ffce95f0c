"""A response_url is good for five posts in thirty minutes."""

from typing import Any

import pytest

from tests.demo_slack.any_blocks import section
from tests.demo_slack.conftest import Api, Town
from tests.fakes.clock import ManualClock

Json = dict[str, Any]


class Reply:
    """A response_url of Ada's."""

    def __init__(self, api: Api, town: Town) -> None:
        self.town = town
        self._api = api
        self._key = town.world.tickets.reply(town.ada.id, town.general.id)

    def about(self, *, to: str | None = None) -> "Reply":
        """Belonging to a button in a message instead."""
        world, place = self.town.world, self.town.general.id
        message = world.post(place, "card", [section("card")], to=to)
        self._key = world.tickets.reply(self.town.ada.id, place, message)
        return self

    async def __call__(self, **args: Any) -> tuple[int, str | None]:
        response = await self._api.client.post(f"/respond/{self._key}", json=args)
        return response.status_code, response.json().get("error")


@pytest.fixture
def reply(api: Api, town: Town) -> Reply:
    return Reply(api, town)


async def test_five_posts_and_no_sixth(reply: Reply) -> None:
    posts = [await reply(text="x") for _ in range(6)]
    assert posts == [(200, None)] * 5 + [(404, "used_url")]
    assert len(reply.town.world.ephemerals[reply.town.ada.id]) == 5


async def test_not_after_thirty_minutes(reply: Reply, clock: ManualClock) -> None:
    clock.advance(30 * 60)
    assert await reply(text="x") == (200, None)
    clock.advance(1)
    assert await reply(text="x") == (404, "expired_url")


async def test_an_answer_is_private_unless_it_says_otherwise(reply: Reply) -> None:
    world, place = reply.town.world, reply.town.general.id
    await reply(text="private")
    assert world.messages.get(place) is None
    await reply(text="public", response_type="in_channel")
    assert [each.text for each in world.messages[place]] == ["public"]
    assert await reply(text="x", response_type="loud") == (404, "invalid_response_type")


@pytest.mark.parametrize("private", [True, False])
async def test_it_writes_over_the_pressed_card_or_takes_it_away(
    reply: Reply, private: bool
) -> None:
    town = reply.town
    reply.about(to=town.ada.id if private else None)
    card = town.world.latest(town.ada.id)
    await reply(text="newer", replace_original=True)
    assert [each.text for each in town.world.seen_by(town.ada.id)] == ["newer"]
    assert card.to == (town.ada.id if private else None)
    await reply(delete_original=True)
    assert list(town.world.seen_by(town.ada.id)) == []
    assert await reply(text="x", replace_original=True) == (404, "message_not_found")


async def test_its_blocks_are_checked(reply: Reply) -> None:
    assert await reply(blocks=[section("")]) == (404, "invalid_blocks")
    assert await reply() == (404, "no_text")


async def test_an_address_nobody_was_given_is_refused(api: Api) -> None:
    answer = await api.client.post("/respond/nothing", json={"text": "x"})
    assert (answer.status_code, answer.json()["error"]) == (404, "invalid_response_url")
