"""Who is kept out of a call stands on its card: few with a button each, many behind a form."""

import pytest

from bot.calls.acts import Person
from bot.calls.handles import handle
from bot.calls.live import CallView, Roster
from bot.calls.models import Call, CallRef, Page, Vendor
from bot.calls.rights import NOTHING, Rights
from bot.calls.verbs import Listed
from bot.demo.stage import Show
from handlers.blocks.action_values import FORM_PEOPLE
from handlers.blocks.call_card import call_message
from tests.fakes.blocks import ALL, NOW, ref, valid_message, words
from tests.fakes.form_filler import SUPPORT, FormFiller, latest, short
from tests.fakes.rights import FULL
from tests.handlers.blocks.test_cards import offered

NIGHT = "v1.us.demo.dating-night"


@pytest.fixture
def mira(show: Show) -> FormFiller:
    return FormFiller(show)


def card(roster: Roster | None, rights: Rights = FULL) -> tuple[str, set[str]]:
    view = CallView(
        call=Call(ref=ref(), title="Room", people=0),
        people=Page(items=()),
        capabilities=dict(ALL),
        rights=rights,
        kept_out=roster,
        at=NOW,
    )
    message = valid_message(call_message(view, []))
    return words(message), offered(message.blocks)


def roster(count: int, *, whole: bool = True) -> Roster:
    people = tuple(Person(id=f"p{n:02}", name=f"Person {n:02}") for n in range(count))
    return Roster(which=Listed.BLOCKED, people=people, whole=whole)


def test_few_are_each_shown_with_the_way_back() -> None:
    text, acts = card(roster(2))
    assert "Blocked: *Person 00* `p00`" in text
    assert "Blocked: *Person 01* `p01`" in text
    assert "unblock" in acts


def test_many_are_counted_and_named_and_the_form_lists_all() -> None:
    text, acts = card(roster(25))
    assert "*Blocked: 25*" in text
    assert "Person 19 and 5 more" in text
    assert "unblock" not in acts
    assert "*Blocked: 3 or more*" in card(roster(3, whole=False))[0]


def test_nobody_is_nothing_and_who_may_not_gets_no_button() -> None:
    assert "locked:" not in card(roster(0))[0]
    assert "locked:" not in card(None)[0]
    text, acts = card(roster(1), NOTHING)
    assert "Blocked: *Person 00*" in text
    assert acts == set()


def test_a_vendor_that_did_not_say_is_told() -> None:
    silent = Roster(which=Listed.BANNED, available=False, trouble="CometChat is not responding.")
    text, _ = card(silent)
    assert "Could not check who is banned: CometChat is not responding." in text


@pytest.mark.asyncio(loop_scope="module")
async def test_somebody_blocked_is_on_the_card_and_let_in_from_there(
    show: Show, mira: FormFiller
) -> None:
    blocked = show.stage.world.stream.rooms[SUPPORT].blocked
    blocked.append("umar")
    text = await mira.types(f"show {short(SUPPORT)}")
    assert "Blocked: umar" in text
    await mira.presses("Unblock", near="umar")
    await mira.form()
    assert await mira.submits() == {}
    await show.workspace.until(lambda: not blocked)
    await mira.told("unblocked")
    assert [person.id for person in (await latest(show)).act.people] == ["umar"]


@pytest.mark.asyncio(loop_scope="module")
async def test_many_who_are_blocked_are_chosen_from_in_the_form(
    show: Show, mira: FormFiller
) -> None:
    blocked = show.stage.world.stream.rooms[SUPPORT].blocked
    blocked += [f"troll-{number}" for number in range(12)]
    assert "Blocked: 12" in await mira.types(f"show {short(SUPPORT)}")
    await mira.presses("Unblock…")
    await mira.drawn("Who is blocked")
    assert len(await mira.offered(FORM_PEOPLE, "troll")) == 12
    await mira.chooses(FORM_PEOPLE, "troll-7")
    assert await mira.submits() == {}
    assert [person.id for person in (await latest(show)).act.people] == ["troll-7"]


@pytest.mark.asyncio(loop_scope="module")
async def test_somebody_banned_from_the_group_is_on_the_card_of_its_call(
    show: Show, mira: FormFiller
) -> None:
    show.stage.world.cometchat.groups["dating-night"].banned.add("zed")
    name = handle(CallRef(vendor=Vendor.COMETCHAT, id=NIGHT))
    assert "Banned: zed" in await mira.types(f"show {name}")
