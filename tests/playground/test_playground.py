"""The playground: the real bot in a process of its own, killed, tricked and asked twice."""

import asyncio

import pytest

from bot.calls.models import Vendor
from bot.demo.playground.lesson import LESSON
from bot.demo.playground.playground import RAIDERS, Playground
from bot.demo.playground.switches import Mood
from bot.demo.slack.finding import strings
from bot.demo.slack.people import User
from bot.demo.slack.shown import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT, STAGE = "default:support-room", "audio_room:community-stage"


def words(message: Message) -> str:
    """Everything somebody reads in it."""
    return " ".join((message.text, *strings(message.blocks)))


async def read(playground: Playground, user: User, *wanted: str) -> str:
    """The first message in front of somebody that holds all of these words."""

    def found() -> str | None:
        told = map(words, playground.stage.slack.world.seen_by(user.id))
        return next((one for one in told if all(word in one for word in wanted)), None)

    return await playground.stage.slack.world.until(found, seconds=15)


async def say(playground: Playground, user: User, text: str) -> None:
    delivery = await playground.command(user, playground.stage.cast.ops, text)
    assert delivery.trouble is None


async def test_the_six_steps_tick_themselves_off_once_they_have_happened(
    playground: Playground,
) -> None:
    cast = playground.stage.cast
    playground.look()
    assert playground.ticked == set()
    await say(playground, cast.moderator, "")
    await read(playground, cast.moderator, "live calls")
    await say(playground, cast.moderator, f"mute {SUPPORT} kofi")
    await read(playground, cast.moderator, "muted", "confirmed")
    await say(playground, cast.moderator, f"kick {SUPPORT} loud shouting over others")
    await read(playground, cast.moderator, "kicked", "shouting over others")
    await say(playground, cast.viewer, f"kick {SUPPORT} kofi")
    await read(playground, cast.viewer, "needs the role")
    await say(playground, cast.moderator, f"record {SUPPORT} start")
    await read(playground, cast.moderator, "started recording", "confirmed")
    await say(playground, cast.moderator, "audit")
    await read(playground, cast.moderator, "The record")
    playground.look()
    assert playground.ticked == set(range(len(LESSON)))


async def test_the_wire_shows_both_directions_and_how_long_an_answer_took(
    playground: Playground,
) -> None:
    await say(playground, playground.stage.cast.lead, "help kick")
    playground.look()
    asked = [one for one in playground.traffic if one.title == "/calls help kick"]
    assert [one.to_bot for one in asked] == [True]
    assert asked[0].seconds is not None
    assert not asked[0].late
    assert any(not one.to_bot and one.title == "users.info" for one in playground.traffic)


async def test_a_killed_bot_answers_nobody_and_comes_back_with_everything_it_knew(
    playground: Playground,
) -> None:
    cast = playground.stage.cast
    await say(playground, cast.lead, f"mute {STAGE} hedda")
    await read(playground, cast.lead, "muted", "Hedda", "confirmed")
    await playground.kill()
    dead = await playground.command(cast.lead, cast.ops, "audit")
    assert dead.trouble == "dispatch_failed"
    await playground.restart()
    await say(playground, cast.lead, "audit")
    await read(playground, cast.lead, "The record", "Hedda")


async def test_an_order_delivered_twice_is_one_case(playground: Playground) -> None:
    cast = playground.stage.cast
    playground.switches.twice = True
    await say(playground, cast.lead, f"mute {STAGE} gao")
    playground.switches.twice = False
    await read(playground, cast.lead, "muted", "高橋", "confirmed")
    deliveries = [one for one in playground.traffic if one.title == f"/calls mute {STAGE} gao"]
    effects = playground.stage.world.stream.effects
    assert len(deliveries) == 2
    assert [one.person for one in effects].count("gao") == 1


async def test_a_vendor_that_fails_is_one_line_in_the_list(playground: Playground) -> None:
    cast = playground.stage.cast
    playground.switches.turn(Vendor.COMETCHAT, Mood.FAILS)
    await say(playground, cast.lead, "list stage")
    told = await read(playground, cast.lead, "CometChat failed with 503")
    playground.switches.turn(Vendor.COMETCHAT, Mood.WELL)
    assert "Community stage" in told


async def test_a_busy_chat_gets_the_line_later_and_nothing_is_lost(playground: Playground) -> None:
    cast = playground.stage.cast
    playground.switches.keep_slack_busy(busy=True)
    await say(playground, cast.lead, f"mute {STAGE} tove while it is busy")
    await playground.stage.slack.world.until(
        lambda: "tove" in [one.person for one in playground.stage.world.stream.effects]
    )
    playground.switches.keep_slack_busy(busy=False)

    def told() -> bool:
        lines = playground.stage.slack.world.messages.get(cast.log.id, [])
        return any("while it is busy" in words(line) and "✅" in words(line) for line in lines)

    await playground.stage.slack.world.until(told, seconds=20)


async def test_a_raid_is_forty_strangers_in_one_call(playground: Playground) -> None:
    room = playground.stage.world.stream.rooms["livestream:launch-show"]
    before = len(room.here())
    assert playground.raid(Vendor.STREAM, room.id) == RAIDERS
    assert len(room.here()) == before + RAIDERS
    playground.raid(Vendor.STREAM, room.id)
    assert len({stay.visitor.id for stay in room.here()}) == before + 2 * RAIDERS


async def test_the_world_moves_at_its_pace_and_stands_still_at_none(
    playground: Playground,
) -> None:
    living = asyncio.create_task(playground.live())
    playground.pace = 1_000
    stays = {room.id: len(room.stays) for room in playground.stage.world.stream.rooms.values()}
    await asyncio.sleep(1.2)
    playground.pace = 0
    living.cancel()
    rooms = playground.stage.world.stream.rooms.values()
    assert {room.id: len(room.stays) for room in rooms} != stays
