"""[Ask a lead]: a refused order is put to those who may, once, and they open it filled in."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.calls.actors import Actor
from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import Event
from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message
from bot.demo.stage import Show, open_show
from handlers.blocks.action_values import ASK, ASK_OPEN, FORM_PEOPLE, AskValue
from handlers.blocks.elements import actions, button
from handlers.blocks.message import Block
from tests.fakes.form_filler import FormFiller
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = CallRef(vendor=Vendor.STREAM, id="default:support-room")
ROOM = handle(SUPPORT)


def asks(show: Show) -> list[Message]:
    """What was asked in the moderation channel."""
    posted = show.workspace.messages.get(show.stage.cast.log.id, [])
    return [message for message in posted if " asks:" in as_text(message)]


async def asked(show: Show, *words: str) -> Message:
    """The first of them, once it is there with these words."""

    def there() -> Message | None:
        found = [ask for ask in asks(show) if all(word in as_text(ask) for word in words)]
        return found[0] if found else None

    return await show.workspace.until(there, 30)


async def referred(show: Show) -> list[str]:
    """What the audit says was asked, by whom it was."""
    entries = await show.store.audit(AuditQuery(limit=50))
    return [entry.detail for entry in entries if entry.event is Event.REFERRED]


async def refused(
    show: Show, words: str = f"end {ROOM} spam raid", who: str = "moderator"
) -> Moderator:
    """Somebody is refused what only leads may, and reads whom they can ask.

    On a machine so slow that a form is opened first, they type it again.
    """
    asker = Moderator(show, who)
    modals = show.workspace.modals

    def told() -> str | None:
        form = modals.top(asker.user.id)
        texts = [as_text(message) for message in asker.private()[-1:]] + (
            [as_text(form)] if form else []
        )
        return next((text for text in texts if "[Ask a lead]" in text), None)

    while True:
        await show.sender.command(asker.user, show.stage.cast.ops, words)
        assert "Only leads can" in await show.workspace.until(told, 30)
        if modals.top(asker.user.id) is None:
            return asker
        asker.closes_forms()


async def test_a_typed_order_is_put_to_the_leads_with_its_reason(show: Show) -> None:
    vic = Moderator(show, "viewer")
    told = await vic.types(f"kick {ROOM} @Kofi spam")
    assert "[Ask a moderator]" in told
    refusal = vic.latest
    await vic.presses("Ask a moderator")
    line = await asked(show, "Vic asks: kick Kofi Mensah from “Support room", "reason: spam")
    assert "<@UMIRA>" in str(line.blocks)
    assert "<@UVIC>" not in str(line.blocks), "a mention would notify the asker"
    await vic.sees("Only moderators can kick.", "Asked. @UMIRA sees it in #CMODERATIONLOG.")
    assert vic.latest is refusal, "the answer takes the place of the refusal"
    assert await referred(show) == ["moderators were asked: UMIRA"]


async def test_who_may_opens_it_filled_in_and_it_goes_the_usual_way(show: Show) -> None:
    vic, mira = Moderator(show, "viewer"), Moderator(show)
    await vic.types(f"kick {ROOM} @Kofi spam")
    await vic.presses("Ask a moderator")
    line = await asked(show, "Kofi")
    assert (await show.sender.press(mira.user, line, text="Open the order")).trouble is None
    form = await mira.form()
    assert "Kofi Mensah" in as_text(form)
    assert "spam" in as_text(form)
    await show.sender.submit(mira.user, form, {})
    await mira.sees("✅ #1 kicked Kofi Mensah", "spam")
    case = await show.store.case(1)
    assert (case.actor.user, case.reason) == ("UMIRA", "spam")


async def test_who_may_not_is_refused_in_private_and_the_line_stays(show: Show) -> None:
    vic = Moderator(show, "viewer")
    await vic.types(f"kick {ROOM} @Kofi spam")
    await vic.presses("Ask a moderator")
    line = await asked(show, "Kofi")
    before = as_text(line)
    await show.sender.press(vic.user, line, text="Open the order")
    await vic.sees("Only moderators can kick.", "[Ask a moderator]")
    assert as_text(line) == before
    await vic.presses("Ask a moderator")
    await vic.sees("Asked.")
    assert len(asks(show)) == 1, "an equal order was asked for just now"


async def test_pressed_and_delivered_however_often_it_is_asked_once(show: Show) -> None:
    vic = Moderator(show, "viewer")
    await vic.types(f"kick {ROOM} @Kofi spam")
    refusal = vic.latest
    value = next(e for b in refusal.blocks for e in b.get("elements", []) if "value" in e)
    old = actions([button("Ask", ASK, AskValue.model_validate_json(value["value"]))])
    cards = [show.workspace.post(show.stage.cast.ops.id, "Old", old, to="UVIC") for _ in range(3)]
    deliveries = await asyncio.gather(
        *(show.sender.press(vic.user, card, text="Ask") for card in cards)
    )
    for delivery in deliveries:
        assert delivery.trouble is None
        await show.sender.redeliver(delivery)
    await asked(show, "Kofi")
    await show.services.tasks.drain(5)
    assert len(asks(show)) == 1
    assert len(await referred(show)) == 1


async def test_the_same_order_of_two_people_is_one_line(show: Show) -> None:
    mira = await refused(show)
    await mira.presses("Ask a lead")
    await asked(show, "Mira asks: end “Support room")
    vic = await refused(show, who="viewer")
    await vic.presses("Ask a lead")
    await vic.sees("@UMIRA already asked. @ULEO sees it in #CMODERATIONLOG.")
    assert len(asks(show)) == 1


async def test_a_press_of_an_old_card_can_be_asked_for(show: Show) -> None:
    mira, leo = Moderator(show), Moderator(show, "lead")
    await leo.types(f"show {ROOM}")
    old = leo.latest
    show.workspace.post(old.channel, old.text, old.blocks, to=mira.user.id)
    await mira.presses("End call")
    await mira.sees("Only leads can end calls.")
    await mira.presses("Ask a lead")
    await asked(show, "Mira asks: end “Support room", "Leads: @ULEO")


FILE = """
[people]
moderators = ["UMIRA"]
leads = ["ULEO"]
admins = ["UVIC"]
[protected]
people = ["kofi"]
[slack]
moderation_channel = "CMODERATIONLOG"
"""


async def test_where_protection_refuses_a_form_an_admin_can_be_asked_from_it(
    tmp_path: Path, show_url: str
) -> None:
    """The form stays below: whoever rather leaves somebody out need not fill it in again."""
    async with open_show(tmp_path, database_url=show_url, rules=FILE) as show:
        mira, vic = FormFiller(show), Moderator(show, "viewer")
        form = await mira.opens(f"block {ROOM}")
        await mira.chooses(FORM_PEOPLE, "Kofi Mensah", "kofi")
        assert await mira.submits(reason="insults") == {}
        told = await mira.drawn("Kofi Mensah is protected", "[Ask an admin]")
        assert show.workspace.modals.stack("UMIRA")[0].id == form.id
        assert (await show.sender.press(mira.user, told, text="Ask an admin")).trouble is None
        line = await asked(show, "Mira asks: block Kofi Mensah", "reason: insults", "Admins: @UVIC")
        await mira.drawn("Asked. @UVIC sees it in #CMODERATIONLOG.")
        await show.sender.press(vic.user, line, text="Open the order")
        await show.sender.submit(vic.user, await vic.form(), {})
        await vic.sees("✅ #1 blocked Kofi Mensah")


async def test_a_reason_of_any_length_reaches_the_form(show: Show) -> None:
    mira, leo = await refused(show, f"end {ROOM} {'x' * 1500} tail"), Moderator(show, "lead")
    await mira.presses("Ask a lead")
    await show.sender.press(leo.user, await asked(show, "end"), text="Open the order")
    assert "x tail" in as_text(await leo.form())


@pytest.mark.parametrize("action_id", [ASK, ASK_OPEN])
@pytest.mark.parametrize(
    "value", ["", "{}", '{"v":1,"order":"nobody"}', '{"v":1,"order":"%s"}' % ("0" * 32)]
)
async def test_a_value_that_is_not_of_a_refusal_is_refused(
    show: Show, action_id: str, value: str
) -> None:
    mira = Moderator(show)
    given: list[Block] = actions([button("Ask", action_id, AskValue(order="0" * 32))])
    given[0]["elements"][0]["value"] = value or "x"
    card = show.workspace.post(show.stage.cast.ops.id, "Old", given, to=mira.user.id)
    assert (await show.sender.press(mira.user, card, text="Ask")).trouble is None
    await show.workspace.until(lambda: len(mira.private()) > 1 or mira.latest is not card, 30)
    assert asks(show) == []
    assert await referred(show) == []


async def test_nobody_asks_with_the_button_of_somebody_else_nor_opens_what_was_not_asked(
    show: Show,
) -> None:
    mira, vic, leo = await refused(show), Moderator(show, "viewer"), Moderator(show, "lead")
    order = order_of(mira.latest)
    for who, action_id, words in ((vic, ASK, "not yours"), (leo, ASK_OPEN, "not kept")):
        row = actions([button("Press", action_id, AskValue(order=order))])
        card = show.workspace.post(show.stage.cast.ops.id, "Old", row, to=who.user.id)
        await show.sender.press(who.user, card, text="Press")
        await who.sees(words)
    assert asks(show) == []


def order_of(message: Message) -> str:
    """The id that the button of a refusal carries."""
    values = [e.get("value", "") for b in message.blocks for e in b.get("elements", [])]
    return next(AskValue.model_validate_json(value).order for value in values if "order" in value)


async def test_once_the_call_has_ended_nobody_is_asked(show: Show) -> None:
    vic, leo = Moderator(show, "viewer"), Moderator(show, "lead")
    await vic.types(f"kick {ROOM} @Kofi spam")
    await show.sender.command(leo.user, show.stage.cast.ops, f"end {ROOM} raid")
    await show.sender.submit(leo.user, await leo.form(), {})
    await leo.sees("✅ #1 ended")
    await vic.presses("Ask a moderator")
    await vic.sees("has ended. Nobody was asked.")
    assert asks(show) == []
    assert await referred(show) == []


@pytest.mark.parametrize("how", ["shared", "invited"])
async def test_where_another_workspace_reads_nothing_is_posted_and_that_is_said(
    show: Show, how: str
) -> None:
    mira = await refused(show)
    setattr(show.stage.cast.log, how, True)
    await mira.presses("Ask a lead")
    await mira.sees("shared with another workspace, so nobody was asked.")
    await show.services.tasks.drain(5)
    assert asks(show) == []
    assert await referred(show) == []


async def test_while_slack_does_not_say_who_reads_there_nobody_is_asked_and_that_is_said(
    show: Show,
) -> None:
    mira, faults = await refused(show), show.stage.slack.faults
    faults.error(503, on="conversations.info", times=None)
    await mira.presses("Ask a lead")
    await mira.sees("did not say who reads", "nobody was asked")
    assert asks(show) == []
    assert await referred(show) == []


async def test_without_a_moderation_channel_the_refusal_says_whom_to_ask(
    tmp_path: Path, show_url: str
) -> None:
    rules = FILE.replace('moderation_channel = "CMODERATIONLOG"', "")
    async with open_show(tmp_path, database_url=show_url, rules=rules) as show:
        told = await Moderator(show).types(f"end {ROOM} spam")
        assert "Leads: @ULEO" in told
        assert "Ask a" not in told


async def test_what_a_dead_process_left_is_posted_and_what_it_posted_is_not_posted_again(
    show: Show,
) -> None:
    mira, store, slack = await refused(show), show.store, show.workspace
    order = order_of(mira.latest)
    assert (await store.refer(order, Actor(user="UMIRA", team="T"))) is not None
    (dead,) = await store.due_asks(owner="dead", limit=9, lease=timedelta(minutes=1))
    assert await store.due_asks(owner="other", limit=9, lease=timedelta(minutes=1)) == []
    await store.release("dead")
    show.services.asking.wake()
    await asked(show, "Mira asks")
    await show.services.tasks.drain(5)
    assert await store.due_asks(owner="w", limit=9, lease=timedelta(minutes=1)) == []
    await store.finish_ask(dead)  # its token is old: nothing changes
    assert len(asks(show)) == 1
    assert len(slack.asked("conversations.history")) == 1, "a second attempt looks first"


async def test_a_second_attempt_finds_what_the_first_one_posted(show: Show) -> None:
    """Slack took the line and its answer was lost."""
    mira = await refused(show)
    show.stage.slack.faults.drop(after=True, on="chat.postMessage")
    await mira.presses("Ask a lead")
    await asked(show, "Mira asks")
    await show.workspace.until(lambda: show.workspace.asked("conversations.history") or None, 30)
    await show.services.tasks.drain(5)
    assert len(asks(show)) == 1


MANY = tuple(f"ULEAD{n}" for n in range(7))


@pytest.mark.parametrize(
    ("leads", "mentioned", "words"),
    [
        (("ULEO", "S0LEADS"), {"ULEO"}, "Leads: @ULEO"),
        (MANY, set(), "and 2 more"),
        (("SCREW",), {"ULEO"}, "Leads: @ULEO"),
    ],
)
async def test_few_are_mentioned_and_a_group_or_a_crowd_never(
    tmp_path: Path, show_url: str, leads: tuple[str, ...], mentioned: set[str], words: str
) -> None:
    rules = FILE.replace('["ULEO"]', str(list(leads)).replace("'", '"'))
    async with open_show(tmp_path, database_url=show_url, rules=rules) as show:
        for lead in MANY:
            show.workspace.add_user(lead.removeprefix("U").title())
        show.workspace.add_group("crew", show.stage.cast.lead)
        mira = await refused(show, f"end {ROOM} spam")
        await mira.presses("Ask a lead")
        line = await asked(show, words)
        given: Any = line.blocks[0]["text"]["text"]
        assert {item for item in ("ULEO", *MANY) if f"<@{item}>" in given} == mentioned
        assert "<!" not in given
        assert "<!" not in line.text
