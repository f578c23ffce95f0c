"""The playground: the real bot in a process of its own, killed, tricked and asked twice.

Its page is used through NiceGUI's own simulation. One file for both, and with it one process: a bot
takes a second or two to start.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import httpx
import pytest
import pytest_asyncio
from nicegui import ui
from nicegui.testing import User as Visitor
from nicegui.testing import user_simulation

from bot.calls.models import Vendor
from bot.demo.playground.faults import VendorFault
from bot.demo.playground.page.blocks import Blocks
from bot.demo.playground.page.page import draw_page
from bot.demo.playground.page.session import Place, Session
from bot.demo.playground.playground import RAIDERS, Playground
from bot.demo.playground.tutorial import STEPS
from bot.demo.slack.control_finder import strings
from bot.demo.slack.people import User
from bot.demo.slack.screen import Message, complete
from tests.fakes.clock import ManualClock
from tests.playground.everything import EVERYTHING

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT, STAGE = "default:support-room", "audio_room:community-stage"

TIMEOUT_S = 30.0
"""Seconds until something that should be there is missing."""

LOOKS = 300
"""How often the page is looked at, a tenth of a second apart, before something is missing."""

TRIES = 5
"""How often something is asked within that time: a busy bot says that it accepted no order."""


def words(message: Message) -> str:
    """Everything somebody reads in it."""
    return " ".join((message.text, *strings(message.blocks)))


async def read(playground: Playground, user: User, *wanted: str, seconds: float = TIMEOUT_S) -> str:
    """The first message in front of somebody that holds all of these words."""

    def found() -> str | None:
        told = map(words, playground.stage.slack.world.seen_by(user.id))
        return next((item for item in told if all(word in item for word in wanted)), None)

    return await playground.stage.slack.world.until(found, seconds=seconds)


async def say(playground: Playground, user: User, text: str) -> None:
    delivery = await playground.command(user, playground.stage.cast.ops, text)
    assert delivery.trouble is None


async def started(playground: Playground) -> None:
    """Wait until the bot takes orders again."""
    async with asyncio.timeout(TIMEOUT_S), httpx.AsyncClient(verify=False) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{playground.program.url}/readyz")).is_success:
                    return
            await asyncio.sleep(0.05)


async def ask(playground: Playground, user: User, text: str, *wanted: str) -> str:
    """Type it until the answer holds all of these words."""
    for _ in range(TRIES):
        await say(playground, user, text)
        with contextlib.suppress(TimeoutError):
            return await read(playground, user, *wanted, seconds=TIMEOUT_S / TRIES)
    raise AssertionError(f"{user.name} never saw {wanted}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visitor(playground: Playground) -> AsyncIterator[Visitor]:
    """Somebody who has no page open yet; the simulation cleans all of NiceGUI when it ends."""
    async with user_simulation(root=partial(draw_page, playground)) as user:
        yield user


@pytest_asyncio.fixture(loop_scope="module")
async def page(visitor: Visitor) -> AsyncIterator[Visitor]:
    """A page that was just opened, and is closed again."""
    client = await visitor.open("/")
    yield visitor
    client.delete()


@pytest.fixture
def unseen(playground: Playground) -> None:
    """Nobody has asked for anything yet: what earlier tests left to be seen is gone."""
    playground.look()
    playground.ticked.clear()
    slack = playground.stage.slack.world
    slack.messages.clear()
    slack.ephemerals.clear()
    for server in playground.stage.world.servers.values():
        server.effects.clear()


async def see(page: Visitor, words: str, looks: int = LOOKS) -> None:
    await page.should_see(words, retries=looks)


async def send(page: Visitor, line: str) -> None:
    field = page.find(kind=ui.input, marker="composer")
    field.clear().type(line)
    page.find("Send").click()


@pytest.mark.usefixtures("unseen")
async def test_a_newcomer_sees_what_to_do_first(page: Visitor) -> None:
    await see(page, "○ 1. See what is live")
    await see(page, "Type /calls in #call-ops.")
    await see(page, "Support room · billing")
    await see(page, "simulated chat")


async def test_typing_a_command_offers_what_can_be_said(page: Visitor) -> None:
    page.find(kind=ui.input, marker="composer").type("/ca")
    await see(page, "See the live calls and moderate them")
    page.find(kind=ui.input, marker="composer").clear().type("/calls ki")
    await see(page, "/calls kick K7QX alice insulting others")


@pytest.mark.usefixtures("unseen")
async def test_the_six_steps_tick_themselves_off_once_they_have_happened(
    page: Visitor, playground: Playground
) -> None:
    cast = playground.stage.cast
    playground.look()
    assert playground.ticked == set()
    await see(page, "○ 1. See what is live")
    await ask(playground, cast.moderator, "", "live calls")
    await see(page, "✓ 1. See what is live")
    await ask(playground, cast.moderator, f"mute {SUPPORT} kofi", "muted", "confirmed")
    await ask(
        playground,
        cast.moderator,
        f"kick {SUPPORT} loud shouting over others",
        "kicked",
        "shouting over others",
    )
    await ask(playground, cast.viewer, f"kick {SUPPORT} kofi", "Only moderators can")
    await ask(
        playground, cast.moderator, f"record {SUPPORT} start", "started recording", "confirmed"
    )
    await ask(playground, cast.moderator, "audit", "Audit log")
    playground.look()
    assert playground.ticked == set(range(len(STEPS)))


async def test_what_the_bot_answers_is_drawn_and_can_be_pressed(page: Visitor) -> None:
    page.find("Leo, lead").click()
    await send(page, "/calls list support")
    await see(page, "1 live call")
    for _ in range(TRIES):
        page.find("Open").click()
        with contextlib.suppress(AssertionError):
            await see(page, "Back to the list", LOOKS // TRIES)
            return
    pytest.fail("the call was never opened")


async def test_the_wire_shows_both_directions_and_how_long_an_answer_took(
    playground: Playground,
) -> None:
    await say(playground, playground.stage.cast.lead, "help kick")
    playground.look()
    asked = [exchange for exchange in playground.traffic if exchange.title == "/calls help kick"]
    assert [exchange.to_bot for exchange in asked] == [True]
    assert asked[0].seconds is not None
    assert not asked[0].late
    assert any(
        not exchange.to_bot and exchange.title == "users.info" for exchange in playground.traffic
    )


async def test_a_bot_killed_from_the_page_answers_nobody_and_comes_back_with_everything_it_knew(
    page: Visitor, playground: Playground
) -> None:
    cast = playground.stage.cast
    await ask(playground, cast.lead, f"mute {STAGE} hedda", "muted", "Hedda", "confirmed")
    page.find("Kill the bot").click()
    await see(page, "The bot is not running.")
    await send(page, "/calls")
    await see(page, "Is the bot running?")
    dead = await playground.command(cast.lead, cast.ops, "audit")
    assert dead.trouble == "dispatch_failed"
    page.find("Start it again").click()
    await see(page, "Kill the bot")
    await started(playground)
    await ask(playground, cast.lead, "audit", "Audit log", "Hedda")


async def test_an_order_delivered_twice_is_one_case(playground: Playground) -> None:
    cast = playground.stage.cast
    order = f"mute {SUPPORT} amina delivered twice"
    playground.switches.twice = True
    await say(playground, cast.lead, order)
    playground.switches.twice = False
    await read(playground, cast.lead, "muted Amina", "delivered twice", "confirmed")
    deliveries = [
        exchange for exchange in playground.traffic if exchange.title == f"/calls {order}"
    ]
    effects = playground.stage.world.stream.effects
    assert len(deliveries) == 2
    assert [effect.person for effect in effects].count("amina") == 1


async def test_a_vendor_that_fails_is_one_line_in_the_list(playground: Playground) -> None:
    cast = playground.stage.cast
    playground.switches.turn(Vendor.COMETCHAT, VendorFault.FAILS)
    await say(playground, cast.lead, "list stage")
    told = await read(playground, cast.lead, "CometChat had an internal error (503)")
    playground.switches.turn(Vendor.COMETCHAT, VendorFault.WELL)
    assert "Community stage" in told


async def test_a_busy_chat_gets_the_line_later_and_nothing_is_lost(playground: Playground) -> None:
    cast = playground.stage.cast
    playground.switches.keep_slack_busy(busy=True)
    await say(playground, cast.lead, f"mute {SUPPORT} jun-2 while it is busy")
    await playground.stage.slack.world.until(
        lambda: "jun-2" in [effect.person for effect in playground.stage.world.stream.effects]
    )
    playground.switches.keep_slack_busy(busy=False)

    def told() -> bool:
        lines = playground.stage.slack.world.messages.get(cast.log.id, [])
        return any("while it is busy" in words(line) and "✅" in words(line) for line in lines)

    await playground.stage.slack.world.until(told, seconds=TIMEOUT_S)


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
    world = playground.stage.world

    def stays() -> dict[str, int]:
        return {room.id: len(room.stays) for room in world.stream.rooms.values()}

    clock = ManualClock()
    moving = replace(playground, clock=clock, pace=0)
    living = asyncio.create_task(moving.live())
    before = stays()
    async with asyncio.timeout(TIMEOUT_S):
        while len(clock.slept) < 100:  # noqa: ASYNC110 - a clock that never waits
            await asyncio.sleep(0)
        assert stays() == before
        moving.pace = 1_000
        while stays() == before:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0)
    living.cancel()


async def test_a_form_is_filled_in_and_sent(page: Visitor, playground: Playground) -> None:
    await send(page, "/calls block default:support-room jun came back")
    await see(page, "They are removed at once and cannot join again")
    page.find(marker="submit").click()
    await see(page, "blocked Jun Park from")
    modals = playground.stage.slack.world.modals
    assert modals.top(playground.stage.cast.moderator.id) is None


async def test_a_menu_shows_what_the_bot_finds_for_the_letters_and_what_is_chosen(
    page: Visitor,
) -> None:
    page.find("Leo, lead").click()
    await send(page, "/calls digest subscribe")
    await see(page, "Choose a time zone")

    menu = page.find(kind=ui.select, content="Choose a time zone")
    (field,) = menu.elements

    async def shows(*labels: str) -> None:
        for _ in range(LOOKS):
            if list(dict(field.options).values()) == list(labels):
                return
            await asyncio.sleep(0.02)
        pytest.fail(f"{field.options} instead of {labels}")

    for typed, found in (
        ("zürich", "Europe/Zurich (UTC+01:00)"),
        ("kathm", "Asia/Kathmandu (UTC+05:45)"),
    ):
        menu.trigger("inputValue", typed)
        await shows(found, "UTC (UTC+00:00)")
        menu.trigger("popupShow")
        await shows(found, "UTC (UTC+00:00)")
    menu.trigger("blur").trigger("inputValue", "mars")
    await shows("UTC (UTC+00:00)")


async def test_the_wire_unfolds_to_json(page: Visitor) -> None:
    await send(page, "/calls help mute")
    await see(page, "→ bot · /calls help mute")
    (line,) = page.find(kind=ui.expansion, content="→ bot · /calls help mute").elements
    line.set_value(value=True)
    await see(page, "made-up-verification-token")


async def test_somebody_who_may_only_look_is_refused_and_told_why(page: Visitor) -> None:
    page.find("Vic, viewer").click()
    await send(page, "/calls end default:support-room")
    await see(page, "Only leads can")


async def test_a_guest_is_not_in_the_log(page: Visitor) -> None:
    page.find("Gus, guest").click()
    page.find("# moderation-log").click()
    await see(page, "Gus is not in this channel.")


async def test_every_block_is_drawn_and_an_unknown_one_loudly(
    page: Visitor, playground: Playground
) -> None:
    cast = playground.stage.cast
    seat = Session(playground, cast.moderator, Place(cast.ops), print)
    message = Message(cast.ops.id, "1.0", "U0CALLBOT", "", complete(EVERYTHING, "b"))
    with page, ui.column().mark("alone"):
        Blocks(seat, message).draw(message.blocks)
    with page.scope(marker="alone"):
        for words in ("A headline", "One", "a small line", "a chart of calls", "be careful"):
            await page.should_see(words)
        for words in ("rich words", "Inside", "contained", "A card", "Minutes"):
            await page.should_see(words)
        await page.should_see("Unknown block: task_card")
        await page.should_see(kind=ui.table)
        await page.should_see(kind=ui.echart)
