"""The page as somebody uses it: what they see, press and type, through NiceGUI's own simulation."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from nicegui import ui
from nicegui.testing import User, user_simulation

from bot.demo.playground.page.blocks import Blocks
from bot.demo.playground.page.page import draw_page
from bot.demo.playground.page.seat import Place, Seat
from bot.demo.playground.playground import Playground
from bot.demo.slack.shown import Json, Message, complete

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 50
"""How often the page is looked at, a tenth of a second apart, before something is missing."""


@pytest_asyncio.fixture(loop_scope="module")
async def page(playground: Playground) -> AsyncIterator[User]:
    async with user_simulation(root=partial(draw_page, playground)) as user:
        await user.open("/")
        yield user


async def see(page: User, words: str) -> None:
    await page.should_see(words, retries=PATIENCE)


async def say(page: User, line: str) -> None:
    field = page.find(kind=ui.input, marker="composer")
    field.clear().type(line)
    page.find("Send").click()


async def test_a_newcomer_sees_what_to_do_first(page: User) -> None:
    await see(page, "○ 1. See what is live")
    await see(page, "Type /calls in #call-ops.")
    await see(page, "Support room · billing")
    await see(page, "simulated chat")


async def test_typing_a_command_offers_what_can_be_said(page: User) -> None:
    page.find(kind=ui.input, marker="composer").type("/ca")
    await see(page, "See the live calls and moderate them")
    page.find(kind=ui.input, marker="composer").clear().type("/calls ki")
    await see(page, "/calls kick K7QX @alice insulting others")


async def test_what_the_bot_answers_is_drawn_and_can_be_pressed(page: User) -> None:
    await say(page, "/calls list support")
    await see(page, "1 live call")
    await see(page, "✓ 1. See what is live")
    page.find("Open").click()
    await see(page, "Back to the list")


async def test_a_form_is_filled_in_and_sent(page: User, playground: Playground) -> None:
    await say(page, "/calls block default:support-room kofi came back")
    await see(page, "They are removed at once and cannot join again")
    page.find(marker="submit").click()
    await see(page, "blocked Kofi Mensah from")
    modals = playground.stage.slack.world.modals
    assert modals.top(playground.stage.cast.moderator.id) is None


async def test_the_wire_unfolds_to_json(page: User) -> None:
    await say(page, "/calls help kick")
    await see(page, "→ bot · /calls help kick")
    (line,) = page.find(kind=ui.expansion, content="→ bot · /calls help kick").elements
    line.set_value(value=True)
    await see(page, "made-up-verification-token")


async def test_somebody_who_may_only_look_is_refused_and_told_why(page: User) -> None:
    page.find("Vic, viewer").click()
    await say(page, "/calls kick default:support-room kofi")
    await see(page, "needs the role moderator")


async def test_a_guest_is_not_in_the_log(page: User) -> None:
    page.find("Gus, guest").click()
    page.find("# moderation-log").click()
    await see(page, "Gus is not in this channel.")


async def test_the_bot_is_killed_and_started_from_the_page(
    page: User, playground: Playground
) -> None:
    page.find("Kill the bot").click()
    await see(page, "The bot is not running.")
    await say(page, "/calls")
    await see(page, "Is the bot running?")
    page.find("Start it again").click()
    await see(page, "Kill the bot")
    assert playground.program.running


EVERYTHING: list[Json] = [
    {"type": "header", "text": {"type": "plain_text", "text": "A headline"}},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*One* field"}]},
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "a small line"}]},
    {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a chart of calls"},
    {"type": "alert", "level": "warning", "text": {"type": "mrkdwn", "text": "be careful"}},
    {"type": "markdown", "text": "**marked** down"},
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich words"}]}
        ],
    },
    {
        "type": "container",
        "title": {"type": "plain_text", "text": "Inside"},
        "child_blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "contained"}}],
    },
    {"type": "card", "title": {"type": "mrkdwn", "text": "A card"}},
    {
        "type": "data_table",
        "caption": "Longest calls",
        "rows": [
            [{"type": "raw_text", "text": "Call"}, {"type": "raw_text", "text": "Minutes"}],
            [
                {"type": "raw_text", "text": "All-hands"},
                {"type": "raw_number", "value": 61, "text": "61"},
            ],
        ],
    },
    {
        "type": "data_visualization",
        "title": "Minutes",
        "chart": {"type": "pie", "segments": [{"label": "Sales", "value": 45}]},
    },
    {"type": "task_card", "title": "from next year"},
]


async def test_every_block_is_drawn_and_an_unknown_one_loudly(playground: Playground) -> None:
    cast = playground.stage.cast
    seat = Seat(playground, cast.moderator, Place(cast.ops), print)
    message = Message(cast.ops.id, "1.0", "U0CALLBOT", "", complete(EVERYTHING, "b"))
    async with user_simulation(root=lambda: Blocks(seat, message).draw(message.blocks)) as user:
        await user.open("/")
        for words in ("A headline", "One", "a small line", "a chart of calls", "be careful"):
            await user.should_see(words)
        for words in ("rich words", "Inside", "contained", "A card", "Minutes"):
            await user.should_see(words)
        await user.should_see("Unknown block: task_card")
        await user.should_see(kind=ui.table)
        await user.should_see(kind=ui.echart)
