"""Whoever asks for too much is told when again, in each of Slack's ways; nobody is asked for it."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.demo.slack.render import as_text
from bot.demo.stage import Show, open_show
from bot.ports import AuditQuery
from handlers.blocks.action_values import FORM_PEOPLE, MODERATE
from tests.fakes.form_filler import FormFiller
from tests.fakes.moderator import Moderator
from tests.handlers.screens.test_home import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = "default:support-room"
AGAIN = re.compile(r"Try again in \d+ seconds?; orders are still taken\.")
NOT_GIVEN = re.compile(r"Nothing was done\. Give the order again in \d+ seconds?\.")

RULES = """\
[people]
moderators = ["UMIRA"]

[limits]
looks_burst = 2
looks_per_minute = 1
orders_burst = 3
orders_per_minute = 1
"""


@pytest_asyncio.fixture(loop_scope="module")
async def show(show_url: str, tmp_path: Path) -> AsyncIterator[Show]:
    """Two looks and three orders at once; for a minute, no more."""
    async with open_show(tmp_path, database_url=show_url, rules=RULES) as opened:
        yield opened


async def asked_of_vendors(show: Show) -> int:
    """Requests that reached any vendor, once nothing is under way."""
    await show.services.tasks.drain(30)
    return sum(len(server.requests) for server in show.stage.world.servers.values())


async def on_record(show: Show) -> int:
    return len(await show.store.audit(AuditQuery(limit=50)))


async def test_words_that_look_are_told_when_again_and_no_vendor_is_asked(show: Show) -> None:
    mira = Moderator(show)
    await mira.types("find zzz")
    await mira.types(f"show {SUPPORT}")
    before = await asked_of_vendors(show)
    for words in ("find zzz", "", f"show {SUPPORT}", "help", "audit"):
        assert AGAIN.search(await mira.types(words))
    assert await asked_of_vendors(show) == before
    assert await on_record(show) == 0


async def test_whoever_has_looked_too_much_still_gives_orders(show: Show) -> None:
    mira = Moderator(show)
    for _ in range(3):
        told = await mira.types("help")
    assert AGAIN.search(told)
    await mira.types(f"kick {SUPPORT} amina loud")
    await mira.sees("kicked Amina", "confirmed")


async def test_an_order_too_many_is_not_done_nor_lost(show: Show) -> None:
    """Its button has the words; pressed too soon, it is told the same."""
    mira = Moderator(show)
    for who in ("amina", "kofi", "loud"):
        await mira.types(f"mute {SUPPORT} {who} loud")
        await mira.sees("muted", "confirmed")
    before = await asked_of_vendors(show)
    assert NOT_GIVEN.search(await mira.types(f"mute {SUPPORT} zoe loud"))
    seen = len(mira.private())
    await mira.presses("Try again")
    await show.workspace.until(lambda: len(mira.private()) > seen or None)
    assert NOT_GIVEN.search(as_text(mira.latest))
    assert await asked_of_vendors(show) == before
    assert await on_record(show) == 6


async def test_an_order_that_is_only_delivered_again_is_told_its_case(show: Show) -> None:
    mira = Moderator(show)
    words = f"mute {SUPPORT} amina loud"
    delivery = await show.sender.command(mira.user, show.stage.cast.ops, words)
    await mira.sees("muted Amina", "confirmed")
    for who in ("kofi", "loud"):
        await mira.types(f"mute {SUPPORT} {who} loud")
    assert NOT_GIVEN.search(await mira.types(f"mute {SUPPORT} zoe loud"))
    again = await show.sender.redeliver(delivery)
    assert "Already requested: case #1." in again.body.decode()


async def test_nobody_is_told_that_nothing_was_done_where_that_cannot_be_found_out(
    show: Show, show_url: str
) -> None:
    mira = Moderator(show)
    for _ in range(3):
        await mira.types(f"mute {SUPPORT} nobody loud")
    with closing(sqlite3.connect(show_url.removeprefix("sqlite:///"))) as database:
        database.execute("ALTER TABLE delivery RENAME TO elsewhere")
    told = await mira.types(f"mute {SUPPORT} amina loud")
    assert "It may have been taken: look at the audit log first." in told
    assert "Nothing was done" not in told


async def test_a_button_that_looks_is_told_when_again(show: Show) -> None:
    mira = Moderator(show)
    await mira.types("")
    await mira.presses("Refresh")
    await show.services.tasks.drain(30)
    before = await asked_of_vendors(show)
    await mira.presses("Refresh")
    await mira.sees("orders are still taken")
    assert await asked_of_vendors(show) == before


async def test_a_form_too_many_is_not_opened(show: Show) -> None:
    mira = Visitor(show)
    for _ in range(3):
        await show.sender.shortcut(mira.user, MODERATE)
        await show.services.tasks.drain(30)
        mira.closes_forms()
    await show.sender.shortcut(mira.user, MODERATE)
    await show.services.tasks.drain(30)
    assert show.workspace.modals.top(mira.user.id) is None


async def test_a_form_that_cannot_be_submitted_now_stays_as_it_was_filled_in(show: Show) -> None:
    mira = FormFiller(show)
    view = await mira.opens(f"kick {SUPPORT}")
    await mira.chooses(FORM_PEOPLE, "L O U D 📢📢📢", "loud")
    for _ in range(3):  # with the form open, so on another device
        await show.sender.command(mira.user, show.stage.cast.ops, f"mute {SUPPORT} nobody loud")
    await mira.sees("Too many orders from you in a short time.")
    delivery = await show.sender.submit(mira.user, view, {"reason": "loud"})
    assert delivery.trouble is None
    top = show.workspace.modals.top(mira.user.id)
    assert top is not None
    assert NOT_GIVEN.search(as_text(top))
    show.workspace.modals.close(top)
    below = show.workspace.modals.top(mira.user.id)
    assert below is not None
    assert "L O U D" in as_text(below)
    assert await on_record(show) == 0


async def test_letters_are_cheap_and_end_all_the_same(show: Show) -> None:
    mira = FormFiller(show)
    view = await mira.opens(f"kick {SUPPORT}")
    answers = [await show.sender.suggest(mira.user, view, FORM_PEOPLE, "l") for _ in range(25)]
    assert [b"LOUD" in answer.body or b"L O U D" in answer.body for answer in answers[:2]] == [
        True,
        True,
    ]
    assert answers[-1].trouble is None
    assert b'"value"' not in answers[-1].body


async def test_a_home_that_was_never_drawn_says_when_it_will_be(show: Show) -> None:
    mira = Visitor(show)
    for _ in range(2):
        await mira.types("help")
    told = await mira.opens()
    assert AGAIN.search(told)
    assert "live calls" not in told


@pytest.mark.parametrize(
    "before",
    [{}, {"hash": None}, {"blocks": [{"type": "of another year"}]}],
    ids=["nothing told", "no blocks", "blocks that Slack does not take"],
)
async def test_a_home_that_cannot_be_kept_says_when_it_is_drawn_again_all_the_same(
    show: Show, before: dict[str, Any]
) -> None:
    mira = Visitor(show)
    for _ in range(2):
        await mira.types("help")
    event = {"type": "app_home_opened", "channel": "D1", "tab": "home", "view": before}
    await show.sender.event(event, mira.user)
    assert AGAIN.search(await mira.drawn_after(""))


async def test_home_says_when_it_is_drawn_again_and_shows_what_it_did(show: Show) -> None:
    mira = Visitor(show)
    assert "live calls" in await mira.opens()
    await mira.uses(mira.home, "Refresh")
    await show.services.tasks.drain(30)
    before = await asked_of_vendors(show)
    for _ in range(2):
        told = await mira.opens()
        assert len(AGAIN.findall(told)) == 1
        assert "live calls" in told, "what it showed before stays"
    await mira.uses(mira.home, "Refresh")
    await mira.window("orders are still taken")
    assert await asked_of_vendors(show) == before
