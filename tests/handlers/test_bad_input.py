"""Whatever comes in is answered privately, clearly and in time; nothing is lost or done twice."""

import asyncio
import dataclasses
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import Kick
from bot.clock import SystemClock
from bot.demo.slack import Sender
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message
from bot.demo.stage import Show, open_show
from bot.moderation.live_calls import LiveCalls
from bot.moderation.recent_calls import RecentCalls
from bot.ports import AuditQuery
from bot.service import entrance
from bot.settings import Settings
from handlers.blocks import action_values
from handlers.services import OpenServices, Services
from tests.fakes.moderator import TIMEOUT_S, Moderator, line
from tests.fakes.provider import FakeProvider
from tests.fakes.service import service_over
from tests.store import orders

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))
STALE = "This card is from an older release, or was changed on its way."
BROKEN = "Something went wrong in Callwarden; the bot's log says what."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad-input")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(folder: Path) -> AsyncIterator[Show]:
    async with open_show(folder) as opened:
        yield opened


@pytest.fixture
def mira(show: Show) -> Moderator:
    return Moderator(show)


def button(action_id: str, value: str | None) -> dict[str, Any]:
    told = {} if value is None else {"value": value}
    label = {"type": "plain_text", "text": "Press"}
    return {"type": "button", "action_id": action_id, "text": label, **told}


def card(mira: Moderator, element: dict[str, Any], block_id: str = "b") -> Message:
    """A card in front of the moderator with this element on it."""
    blocks = [{"type": "actions", "block_id": block_id, "elements": [element]}]
    show = mira.show
    return show.workspace.post(show.stage.cast.ops.id, "card", blocks, to=mira.user.id)


CALL = '{"vendor":"stream","id":"default:support-room"}'

EDITED = [
    ("nobody.knows", "{}"),
    (action_values.ACT, None),
    (action_values.ACT, "no json"),
    (action_values.ACT, "[1,2]"),
    (action_values.ACT, f'{{"v":1,"verb":{{"name":"explode"}},"call":{CALL},"title":"x"}}'),
    (action_values.ACT, f'{{"v":0,"verb":{{"name":"kick"}},"call":{CALL},"title":"x"}}'),
    (action_values.OPEN, '{"v":1,"call":{"vendor":"zoom","id":"1"}}'),
    (action_values.OPEN, f'{{"v":99,"call":{CALL}}}'),
    (action_values.REFRESH_CALL, f'{{"v":1,"call":{CALL},"page":-1}}'),
    (action_values.PAGE, '{"v":1,"view":{"page":"x"}}'),
    (action_values.CASE, '{"v":1,"number":"many"}'),
    (action_values.CASE_CHECK, "null"),
    (action_values.CASE_AGAIN, "{"),
    (action_values.AUDIT, '{"v":1,"before":"yesterday"}'),
    (action_values.MENU, "not a menu's option"),
]


@pytest.mark.parametrize(("action_id", "value"), EDITED, ids=str)
async def test_an_unknown_button_an_old_card_and_an_edited_value_are_told_privately(
    mira: Moderator, action_id: str, value: str | None
) -> None:
    before = len(mira.private())
    shown = card(mira, button(action_id, value))
    delivery = await mira.show.sender.press(mira.user, shown, text="Press")
    assert (delivery.status, delivery.trouble, delivery.body) == (200, None, b"")
    text = await mira.sees(STALE, "for a fresh one.")
    assert len(mira.private()) == before + 2
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("block_id", "action_id", "option"),
    [
        ("s|[1]", "menu|", "[]"),
        ("s|" + json.dumps([1, "stream", "c", None, "t"]), "menu|[1]", '["kick"]'),
        ("s|" + json.dumps([9, "stream", "c", None, "t"]), "menu", '["kick"]'),
        ("s|" + json.dumps([1, "zoom", "c", None, "t"]), "menu", '["kick"]'),
        ("s|" + "[" * 200, "menu", "[" * 70),
    ],
    ids=str,
)
async def test_an_edited_menu_is_told_privately(
    mira: Moderator, block_id: str, action_id: str, option: str
) -> None:
    label = {"type": "plain_text", "text": "Choose"}
    options = [{"text": label, "value": option}, {"text": label, "value": "other"}]
    menu = {"type": "overflow", "action_id": action_id, "options": options}
    shown = card(mira, menu, block_id)
    delivery = await mira.show.sender.press(mira.user, shown, value=option)
    assert delivery.status == 200
    await mira.sees(STALE)


async def test_a_button_of_a_call_that_is_gone_or_of_no_case_is_told_privately(
    mira: Moderator,
) -> None:
    gone = '{"v":1,"call":{"vendor":"stream","id":"default:gone"}}'
    await mira.show.sender.press(
        mira.user, card(mira, button(action_values.OPEN, gone)), text="Press"
    )
    await mira.sees("It may have ended.")
    case = '{"v":1,"number":99999}'
    await mira.show.sender.press(
        mira.user, card(mira, button(action_values.CASE, case)), text="Press"
    )
    await mira.sees("There is no case #99999.")


async def test_a_form_nobody_knows_says_so_in_its_place(mira: Moderator) -> None:
    view = {
        "type": "modal",
        "callback_id": "from.long.ago",
        "title": {"type": "plain_text", "text": "Old form"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "old"}}],
    }
    opened = mira.show.workspace.modals.put(mira.user.id, view)
    delivery = await mira.show.sender.submit(mira.user, opened)
    assert (delivery.status, delivery.trouble) == (200, None)
    assert STALE in as_text(await mira.form())


@pytest.mark.parametrize("metadata", ["", "{}", "no json", '{"act":{"verb":{"name":"explode"}}}'])
async def test_a_form_whose_contents_were_changed_does_nothing_and_says_so(
    mira: Moderator, metadata: str
) -> None:
    await mira.types(f"show {SUPPORT}")
    await mira.presses("Kick", near="Amina")
    view = await mira.form()
    entries = await mira.show.store.audit(AuditQuery(limit=1))
    view.given["private_metadata"] = metadata
    delivery = await mira.show.sender.submit(mira.user, view, {"reason": "rude"})
    assert (delivery.status, delivery.trouble) == (200, None)
    assert STALE in as_text(await mira.form())
    assert await mira.show.store.audit(AuditQuery(limit=1)) == entries


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kcik K7QX bob", "Did you mean kick or lock?"),
        ("show ZZZZ", "ZZZZ"),
        ("kick ZZZZ bob rude", "ZZZZ"),
        (f"kick {SUPPORT} nobody-here rude", "matches “nobody-here”"),
        ("case many", "Add the case number"),
        ("case -1", "Add the case number"),
        ("case 99999999999999999999999", "Add the case number"),
        ("audit --before=x", "Did you mean before?"),
        ("\x00\x07\x1b[31m", "/calls help"),
        ("<!channel> <@U1> `*_~", "/calls help"),
        ("x" * 8_000, "/calls help"),
        ("\ud7ff\ufffe🦊\u202e", "/calls help"),
    ],
)
async def test_words_that_mean_nothing_are_answered_with_what_would(
    mira: Moderator, text: str, words: str
) -> None:
    with capture_logs() as log:
        answer = await mira.types(text)
    assert words in answer
    assert "<!channel>" not in str(mira.latest.blocks)
    assert not [line for line in log if line["log_level"] in {"error", "critical"}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"kick {SUPPORT}", "[Support room · billing ▾]"),
        ('kick "', "No live call matches “"),
        ("kick <!channel>", "No live call matches"),
        ("poll", "Everyone in the call sees it."),
    ],
)
async def test_words_that_lack_something_are_answered_with_a_form_that_asks_for_it(
    mira: Moderator, text: str, words: str
) -> None:
    show = mira.show
    with capture_logs() as log:
        delivery = await show.sender.command(mira.user, show.stage.cast.ops, text)
        assert (delivery.status, delivery.body) == (200, b"")
        await show.workspace.until(
            lambda: (view := show.workspace.modals.top(mira.user.id)) and words in as_text(view)
        )
    view = await mira.form()
    assert "<!channel>" not in str(view.blocks)
    assert not [line for line in log if line["log_level"] in {"error", "critical"}]


async def test_a_reason_full_of_markup_pings_nobody_and_breaks_nothing(mira: Moderator) -> None:
    reason = "rude <!channel> <@U0LEAD> *bold* `x` \x07\u202e & <https://evil.example|click>"
    await mira.types(f"mute {SUPPORT} loud {reason}")
    await mira.sees("muted L O U D", "confirmed")
    await line(mira.show, "muted L O U D", "rude", "confirmed")
    everything = str(mira.show.workspace.messages) + str(mira.private())
    for ping in ("<!channel>", "<@U0LEAD>", "<https://evil", "\x07"):
        assert ping not in everything


@asynccontextmanager
async def broken_show(show: Show) -> AsyncIterator[tuple[Moderator, FakeProvider]]:
    """The same people before a bot whose only vendor raises what nobody foresaw."""
    vendor, clock = FakeProvider(), SystemClock()
    live_calls = LiveCalls({Vendor.STREAM: vendor}, clock, RecentCalls(clock))
    service = service_over(show, live_calls)
    services = Services("/calls")
    there = show.services
    services.provide(
        OpenServices(
            service, there.slack, there.response_urls, there.signatures, lookups=there.lookups
        )
    )
    app = entrance(Settings.load(show.stage.environ, None), services).web
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        sender = Sender(show.workspace, client)
        yield Moderator(dataclasses.replace(show, services=services, sender=sender)), vendor
        assert await services.tasks.drain(30) == 0


@pytest.mark.parametrize("text", ["", "show ROOM", "kick ROOM ann rude"])
async def test_what_nobody_foresaw_is_private_words_and_one_line_with_a_traceback(
    show: Show, text: str
) -> None:
    async with broken_show(show) as (mira, vendor):
        vendor.silent = RuntimeError("the sky fell")
        with capture_logs() as log:
            assert BROKEN in await mira.types(text)
    failures = [line for line in log if line["log_level"] == "error"]
    assert [(line["event"], line["exc_info"]) for line in failures] == [("handler failed", True)]


async def test_a_press_that_fails_in_an_unforeseen_way_is_told_too(show: Show) -> None:
    async with broken_show(show) as (mira, vendor):
        vendor.silent = RuntimeError("the sky fell")
        shown = card(mira, button(action_values.OPEN, f'{{"v":1,"call":{CALL}}}'))
        with capture_logs() as log:
            delivery = await mira.show.sender.press(mira.user, shown, text="Press")
            assert delivery.status == 200
            await mira.sees(BROKEN)
    assert [line["event"] for line in log if line["log_level"] == "error"] == ["handler failed"]


async def test_a_card_or_case_of_a_vendor_that_is_off_by_now_is_told_so(show: Show) -> None:
    order = orders.order(call=CallRef(vendor=Vendor.COMETCHAT, id="1"), verb=Kick())
    number = (await show.store.accept(order)).case.number
    off = '{"v":1,"call":{"vendor":"cometchat","id":"1"}}'
    async with broken_show(show) as (mira, _):
        for element in (
            button(action_values.OPEN, off),
            button(action_values.CASE_CHECK, f'{{"v":1,"number":{number}}}'),
            button(action_values.CASE_AGAIN, f'{{"v":1,"number":{number}}}'),
        ):
            await mira.show.sender.press(mira.user, card(mira, element), text="Press")
            await mira.sees("CometChat is not connected.")


async def test_an_answer_that_cannot_be_shown_costs_a_line_in_the_log_and_no_more(
    show: Show, mira: Moderator
) -> None:
    show.stage.slack.faults.error(500, on="respond")
    with capture_logs() as log:
        delivery = await show.sender.command(mira.user, show.stage.cast.ops, "")
        await show.services.tasks.drain(30)
    assert delivery.status == 200
    assert "answer not shown" in [line["event"] for line in log]


@pytest.mark.parametrize("trouble", ["error", "drop", "html", "malformed", "limit"])
async def test_a_form_that_slack_does_not_open_is_told_with_what_to_do(
    show: Show, mira: Moderator, trouble: str
) -> None:
    await mira.types(f"show {SUPPORT}")
    getattr(show.stage.slack.faults, trouble)(on="views.open")
    with capture_logs() as log:
        await mira.presses("Kick", near="Amina")
        await mira.sees("Slack did not open the form in time.", "Press it or type it again.")
    assert "handler failed" not in [line["event"] for line in log]


async def test_a_form_is_not_opened_with_a_trigger_that_was_used(
    show: Show, mira: Moderator
) -> None:
    await mira.types(f"show {SUPPORT}")
    delivery = await show.sender.press(mira.user, mira.latest, text="Kick", near="Amina")
    await mira.form()
    mira.closes_forms()
    await show.sender.redeliver(delivery)
    await mira.sees("Slack did not open the form in time.")
    assert show.workspace.modals.top(mira.user.id) is None


async def test_a_locked_sqlite_file_means_not_accepted_and_nothing_done(
    show: Show, mira: Moderator, folder: Path
) -> None:
    await mira.types(f"show {SUPPORT}")
    mutes = AuditQuery(verbs=("mute",), limit=1)  # orders of before may end meanwhile
    entries = await show.store.audit(mutes)
    with closing(sqlite3.connect(folder / "callwarden.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        start = time.monotonic()
        answer = await mira.types(f"mute {SUPPORT} amina loud")
        assert time.monotonic() - start < 3
        other.execute("ROLLBACK")
    assert "The database" in answer
    assert "Nothing was done." in answer
    assert await show.store.audit(mutes) == entries
    assert "amina" not in {effect.person for effect in show.stage.world.stream.effects}


@asynccontextmanager
async def closed(url: str) -> AsyncIterator[None]:
    """Nobody gets into the database, and who was in it is thrown out."""
    with psycopg.connect(url) as connection:
        name = connection.info.dbname
    outside = psycopg.conninfo.make_conninfo(url, dbname="template1")
    with psycopg.connect(outside, autocommit=True) as door:
        door.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        door.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            door.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


async def test_an_unreachable_postgresql_means_not_accepted_and_it_goes_on_afterwards(
    tmp_path: Path, postgres_url: str
) -> None:
    async with open_show(tmp_path, database_url=postgres_url) as show:
        mira = Moderator(show)
        await mira.types(f"show {SUPPORT}")
        async with closed(postgres_url):
            start = time.monotonic()
            answer = await mira.types(f"kick {SUPPORT} amina loud")
            assert time.monotonic() - start < 3
        assert "Nothing was done." in answer
        assert "amina" not in {effect.person for effect in show.stage.world.stream.effects}
        async with asyncio.timeout(TIMEOUT_S):  # a busy machine takes a while to connect anew
            while "Nothing was done." in await mira.types(f"kick {SUPPORT} amina loud"):
                pass
        await mira.sees("kicked Amina", "confirmed")
        entries = await show.store.audit(AuditQuery())
        assert [entry.event for entry in entries] == ["outcome", "requested"]


async def test_while_it_is_still_opening_an_order_is_answered_and_not_taken(show: Show) -> None:
    """Slack gives up after 3 s; an order taken after that would be done behind its asker's back."""
    app = entrance(Settings.load(show.stage.environ, None), Services("/calls", timeout_s=0.02)).web
    before = await show.store.audit(AuditQuery(limit=1))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        closed = dataclasses.replace(show, sender=Sender(show.workspace, client))
        answer = await Moderator(closed).types(f"mute {SUPPORT} loud x")
    assert "still starting" in answer
    assert "Nothing was done" in answer
    assert await show.store.audit(AuditQuery(limit=1)) == before
