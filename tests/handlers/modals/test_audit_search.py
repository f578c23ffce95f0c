"""Searching the audit log, and a case's whole life, as a moderator reads them."""

import pytest

from bot.calls.actors import Actor
from bot.calls.cases import Disclosure
from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from handlers.blocks.forms.audit_search_form import BY, PERSON, SINCE, STATE, VENDOR, VERB
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = CallRef(vendor=Vendor.STREAM, id="default:support-room")


async def settled(show: Show, who: str, *orders: str) -> Moderator:
    """Somebody whose orders are all carried out."""
    mira = Moderator(show, who)
    for words in orders:
        await mira.types(words)
        await mira.sees("confirmed")
    return mira


async def test_the_record_is_searched_by_any_filters_together(show: Show) -> None:
    room = handle(SUPPORT)
    await settled(show, "moderator", f"mute {room} @Kofi too loud", f"kick {room} @Kofi insults")
    leo = await settled(show, "lead", f"mute {room} @Amina humming")
    mira = show.stage.cast.moderator.id
    await leo.types(f"audit by {mira} verb kick person kofi since yesterday")
    found = await leo.sees("Audit log", "insults", "Person: kofi", "Kick")
    assert "too loud" not in found
    assert "humming" not in found
    await leo.types("audit by me")
    assert "insults" not in await leo.sees("Audit log", "humming")
    await leo.types("audit person nobody-of-that-name")
    await leo.sees("No entries match")


async def test_older_pages_keep_what_is_looked_for(show: Show) -> None:
    room = handle(SUPPORT)
    orders = [f"mute {room} @Amina {'--audio' if n % 2 else '--video'} page {n}" for n in range(6)]
    leo = await settled(show, "lead", *orders)
    await leo.types("audit by me verb mute")
    await leo.sees("Audit log", "page 5")
    messages = len(leo.private())
    await leo.presses("Older")
    older = await leo.sees("page 0", "Action: Mute")
    assert "page 5" not in older
    assert len(leo.private()) == messages


async def test_a_name_opens_the_form_with_the_rest_filled_in(show: Show) -> None:
    mira = await settled(show, "moderator", f"mute {handle(SUPPORT)} @Amina chosen from the list")
    delivery = await show.sender.command(
        mira.user, show.stage.cast.ops, "audit by @mira verb mute person amina"
    )
    assert delivery.trouble is None
    form = await mira.form()
    assert "only a name" in as_text(form)
    told = await show.sender.submit(mira.user, form, {BY: mira.user.id})
    assert told.trouble is None
    await mira.sees("Audit log", "Action: Mute", "Person: amina", "chosen from the list")
    assert show.workspace.modals.top(mira.user.id) is None


async def test_the_form_behind_the_record_answers_in_its_place(show: Show) -> None:
    mira = await settled(show, "moderator", f"mute {handle(SUPPORT)} @Amina seen in place")
    await mira.types("audit")
    messages = len(mira.private())
    await mira.presses("Search")
    form = await mira.form()
    wanted = {
        PERSON: "AMINA",
        VERB: ["mute"],
        VENDOR: "stream",
        STATE: "confirmed",
        SINCE: "2020-01-31",
    }
    delivery = await show.sender.submit(mira.user, form, wanted)
    assert delivery.trouble is None
    await mira.sees("Person: AMINA", "Action: Mute", "Stream Video", "From: Jan 31, 2020")
    assert len(mira.private()) == messages
    await mira.presses("Search")
    again = await mira.form()
    assert "AMINA" in str(again.given)


async def test_the_form_can_be_typed_for(show: Show) -> None:
    mira = Moderator(show)
    await show.sender.command(mira.user, show.stage.cast.ops, "audit search state failed")
    form = await mira.form()
    delivery = await show.sender.submit(mira.user, form, {STATE: None, VENDOR: "cometchat"})
    assert delivery.trouble is None
    await mira.sees("Audit log", "CometChat")


async def test_a_form_open_for_too_long_says_so(show: Show) -> None:
    """Slack takes answers at a command's address for half an hour."""
    mira = Moderator(show)
    await show.sender.command(mira.user, show.stage.cast.ops, "audit search")
    form = await mira.form()
    form.given["private_metadata"] = '{"v":1,"opened":"2020-01-01T00:00:00Z"}'
    await show.sender.submit(mira.user, form, {})
    view = await show.workspace.until(
        lambda: (
            v
            if (v := show.workspace.modals.top(mira.user.id)) and "half an hour" in as_text(v)
            else None
        )
    )
    assert "audit search" in as_text(view)


@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_who_may_not_look_gets_no_form(show: Show, who: str) -> None:
    somebody = Moderator(show, who)
    assert "full member" in await somebody.types("audit search")
    assert show.workspace.modals.top(somebody.user.id) is None


async def test_links_that_were_given_are_on_record_in_words(show: Show) -> None:
    mira = Moderator(show)
    actor = Actor(user=mira.user.id, team=show.workspace.team)
    told = Disclosure(
        key="audit-links", actor=actor, call=SUPPORT, title="Support room", detail="Recordings: 3"
    )
    await show.store.disclose(told)
    assert "given links" in await mira.types("audit")


async def test_a_case_tells_where_it_was_asked_and_what_took_it_back(show: Show) -> None:
    room = handle(SUPPORT)
    mira = await settled(show, "lead", f"silence {room} @Amina shouting outside")
    number = (await show.store.recent(SUPPORT, 1))[0].number
    await settled(show, "lead", f"unsilence {room} @Amina calm again")
    text = await mira.types(f"case {number}")
    assert f"Case #{number}: Silence" in text
    assert "shouting outside" in text
    assert "in #" in text
    assert f"Undone by case #{number + 1}" in text
