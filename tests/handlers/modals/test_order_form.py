"""Orders by form, through the real app: opened at once, filled in, checked at each field."""

import pytest

from bot.calls.cases import Event
from bot.calls.outcomes import State
from bot.demo.slack.errors import NotShown
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.ports import AuditQuery
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE, FORM_VERB, FORM_WHOM
from tests.fakes.form_filler import (
    LAUNCH,
    STAGE,
    SUPPORT,
    FormFiller,
    fields,
    latest,
    people_block_of,
    short,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def mira(show: Show) -> FormFiller:
    return FormFiller(show)


@pytest.fixture
def leo(show: Show) -> FormFiller:
    return FormFiller(show, "lead")


async def test_a_verb_alone_opens_a_form_and_the_trigger_is_spent_first(
    show: Show, mira: FormFiller
) -> None:
    before = len(show.workspace.calls)
    view = await mira.opens("kick")
    asked = [call.method for call in show.workspace.calls[before:]]
    assert asked[0] == "views.open"
    assert "views.update" in asked
    assert view.given["title"]["text"] == "Kick"
    assert fields(view) == ["Call", "Reason", "Details"]
    assert "They may join again at once" in as_text(view)


async def test_a_form_is_filled_in_by_looking_things_up_and_kicks_both(
    show: Show, leo: FormFiller
) -> None:
    await leo.opens("kick")
    found = await leo.offered(FORM_CALL, "support")
    assert found == [f"Support room · billing | Stream Video · {short(SUPPORT)} · 5 people"]
    await leo.chooses(FORM_CALL, "Support room · billing", "support")
    view = await leo.drawn("Who")
    assert fields(view) == ["Call", "Who", "People", "Reason", "Details"]
    assert await leo.offered(FORM_PEOPLE, "JUN") == [
        "Jun Park | jun · host",
        "Jun Park | jun-2 · user",
    ]
    await leo.chooses(FORM_PEOPLE, "Amina Okafor", "amina")
    await leo.chooses(FORM_PEOPLE, "Kofi Mensah", "kofi")
    assert await leo.submits(reasons="Spam", reason="links") == {}
    assert show.workspace.modals.top(leo.user.id) is None
    await leo.told("kicked Amina Okafor and Kofi Mensah", "Spam: links", "confirmed")
    case = await latest(show)
    assert [(result.person, result.state) for result in case.results] == [
        ("amina", State.CONFIRMED),
        ("kofi", State.CONFIRMED),
    ]


async def test_what_was_typed_stands_in_the_form(mira: FormFiller) -> None:
    text = as_text(await mira.opens(f"rtmp {short(LAUNCH)} start"))
    assert "[Launch show (live) 🚀 ▾]" in text
    assert "To: [youtube ▾]" in text
    text = as_text(await mira.opens(f"mute {short(SUPPORT)} --video"))
    assert "Tracks: [video ▾]" in text


async def test_a_call_nobody_knows_is_said_with_what_to_do(mira: FormFiller) -> None:
    text = as_text(await mira.opens("kick QQQQ"))
    assert "No live call matches “QQQQ”." in text
    assert "Call: [Words in the title, a handle or an id ▾]" in text


async def test_choosing_another_call_keeps_the_reason_and_asks_for_its_people(
    leo: FormFiller,
) -> None:
    await leo.opens(f"kick {short(STAGE)}")
    await leo.chooses(FORM_PEOPLE, "Hedda 🦊", "hedda")
    leo.fills(reasons="Harassment")
    await leo.chooses(FORM_CALL, "Support room · billing", "support")
    text = as_text(await leo.drawn("[Support room · billing ▾]", "[Names or ids"))
    assert "Hedda" not in text
    assert "Harassment" in text
    with pytest.raises(NotShown, match="People"):
        await leo.submits()


async def test_what_a_vendor_cannot_do_is_said_with_the_nearest_as_soon_as_it_is_chosen(
    mira: FormFiller,
) -> None:
    await mira.opens("block")
    await mira.chooses(FORM_CALL, "team-huddle")
    text = as_text(await mira.drawn("Block is not available on CometChat"))
    assert "People" not in text
    assert "Block is not available" in (await mira.submits(reasons="Spam"))["call"]


async def test_everyone_but_some_is_a_heavy_act_and_the_form_says_so(
    show: Show, mira: FormFiller
) -> None:
    view = await mira.opens(f"mute {short(STAGE)}")
    await mira.chooses(FORM_WHOM, "Everyone except selected people")
    await mira.chooses(FORM_PEOPLE, "Hedda 🦊", "hedda")
    await mira.drawn("This mutes 10 of 11 people as soon as you submit. A reason is required.")
    with pytest.raises(NotShown, match="Reason"):
        await mira.submits()
    await mira.submits(reasons="Spam")
    assert view.errors == {}
    await mira.told("muted everyone", "Spam")
    case = await latest(show)
    assert (case.act.everyone, [person.id for person in case.act.spared]) == (True, ["hedda"])


async def test_somebody_who_left_is_named_at_their_field_and_the_form_stays(
    show: Show, mira: FormFiller
) -> None:
    view = await mira.opens(f"kick {short(STAGE)}")
    await mira.chooses(FORM_PEOPLE, "فرح الحسيني", "farah")
    show.stage.world.stream.leave(STAGE, "farah")
    errors = await mira.submits(reason="kept")
    assert errors == {
        people_block_of(view): "فرح الحسيني is not in the call any more. Take them out."
    }
    assert "kept" in as_text(view)


async def test_a_form_sent_twice_is_one_case(show: Show, mira: FormFiller) -> None:
    view = await mira.opens(f"mute {short(SUPPORT)}")
    await mira.chooses(FORM_PEOPLE, "L O U D 📢📢📢", "loud")
    first = await show.sender.submit(mira.user, view, {"reason": "loud"})
    again = await show.sender.redeliver(first)
    assert (first.status, again.status) == (200, 200)
    await mira.told("muted L O U D", "confirmed")
    effects = [effect for effect in show.stage.world.stream.effects if effect.person == "loud"]
    assert len(effects) == 1


@pytest.mark.parametrize("value", ["nobody-at-all", "sha256:0123456789abcdef", ""])
async def test_a_person_made_up_by_hand_is_refused_at_their_field(
    mira: FormFiller, value: str
) -> None:
    view = await mira.opens(f"kick {short(STAGE)}")
    made_up = {"text": {"type": "plain_text", "text": "X"}, "value": value}
    errors = await mira.submits(**{FORM_PEOPLE: [made_up]})
    assert errors == {people_block_of(view): "X is not in the call any more. Take them out."}


@pytest.mark.parametrize("value", ["K7QX", "x" * 150, "" * 3, "QQQQQQQQQQQQQQQQQQQQQQQQ.00"])
async def test_a_call_made_up_by_hand_is_refused_at_its_field(leo: FormFiller, value: str) -> None:
    await leo.opens("end")
    made_up = {"text": {"type": "plain_text", "text": "X"}, "value": value}
    errors = await leo.submits(**{FORM_CALL: made_up}, reasons="Spam")
    assert errors == {"call": "That call is not live any more. Choose another one."}


async def test_the_shortcut_asks_what_to_do_first_and_its_form_says_how_it_went(
    show: Show, mira: FormFiller
) -> None:
    delivery = await show.sender.shortcut(mira.user, "moderate_call")
    assert delivery.trouble is None
    view = await mira.drawn("What to do")
    assert view.given["title"]["text"] == "Moderate a call"
    await mira.chooses(FORM_VERB, "Start livestream")
    await mira.chooses(FORM_CALL, "Launch show (live) 🚀", "launch")
    await mira.drawn("[Launch show (live) 🚀 ▾]")
    assert await mira.submits(reason="on air") == {}
    await mira.drawn("started the livestream of", "confirmed", "[Case #1]")
    case = await latest(show)
    assert (case.act.verb.name, case.reason, case.channel) == ("live_start", "on air", None)


async def test_a_verb_above_ones_role_is_refused_with_the_line_to_add(mira: FormFiller) -> None:
    text = as_text(await mira.opens(f"delete {short(STAGE)} recording"))
    assert "Only leads can delete recording" in text
    assert f'Add "{mira.user.id}" to leads' in text


async def test_a_word_of_which_nothing_is_permitted_is_refused_by_that_word(
    mira: FormFiller,
) -> None:
    text = as_text(await mira.opens("delete"))
    assert "Only leads can use “delete”." in text


async def test_a_verb_that_is_refused_while_its_form_is_drawn_is_on_record(
    show: Show, mira: FormFiller
) -> None:
    before = len(await show.store.audit(AuditQuery(state=State.REFUSED, limit=100)))
    await mira.opens(f"delete {short(STAGE)} recording")
    entries = await show.store.audit(AuditQuery(state=State.REFUSED, limit=100))
    assert len(entries) == before + 1
    (entry, *_) = entries
    assert (entry.event, entry.actor and entry.actor.user) == (Event.REFUSED, mira.user.id)
    assert "Only leads can" in entry.detail
    assert "Delete recording: Community stage" in entry.detail


async def test_of_two_choices_the_newer_one_stands_though_slack_drew_the_older_later(
    show: Show, mira: FormFiller
) -> None:
    await mira.types(f"show {short(STAGE)}")
    await mira.presses("All actions…", near="zed")
    view = await mira.drawn("What to do")
    show.stage.slack.faults.slow(0.5, on="views.update", times=1)
    for label in ("Unsilence", "Kick"):
        delivery = await show.sender.press(mira.user, view, action_id=FORM_VERB, text=label)
        assert delivery.trouble is None
    await show.services.tasks.drain(30)
    assert "Tracks" not in as_text(await mira.drawn("[Kick ▾]"))


async def test_an_outsider_is_told_in_the_form_and_nothing_is_looked_up(show: Show) -> None:
    gus = FormFiller(show, "guest")
    await show.services.tasks.drain(30)
    before = len(show.stage.world.stream.requests)
    assert "You are a guest" in as_text(await gus.opens(f"kick {short(SUPPORT)}"))
    assert len(show.stage.world.stream.requests) == before


@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_who_may_not_look_is_offered_nothing(show: Show, mira: FormFiller, who: str) -> None:
    view = await mira.opens(f"kick {short(SUPPORT)}")
    assert await mira.offered(FORM_CALL)
    outsider = FormFiller(show, who)
    show.workspace.modals.put(outsider.user.id, view.given)
    assert await outsider.offered(FORM_CALL) == []
    assert await outsider.offered(FORM_PEOPLE) == []


async def test_more_on_a_person_reaches_what_has_no_button(show: Show, mira: FormFiller) -> None:
    await mira.types(f"show {short(STAGE)}")
    await mira.presses("All actions…", near="zed")
    view = await mira.drawn("What to do")
    menu = next(b["element"] for b in view.blocks if b["block_id"] == "verb")
    verbs = [item["text"]["text"] for item in menu["options"]]
    assert "Pin" in verbs
    assert "End call" not in verbs
    await mira.chooses(FORM_VERB, "Unsilence")
    text = as_text(await mira.drawn("Tracks"))
    assert "zed" in text
    assert await mira.submits() == {}
    assert [person.id for person in (await latest(show)).act.people] == ["zed"]


async def test_more_on_the_list_and_the_call_card_opens_the_form_for_that_call(
    mira: FormFiller,
) -> None:
    await mira.types("list support")
    await mira.presses("All actions…", near="Support room")
    assert "[Support room · billing ▾]" in as_text(await mira.drawn("What to do"))
    await mira.types(f"show {short(SUPPORT)}")
    await mira.show.sender.press(mira.user, mira.latest, action_id="more")
    assert "[Support room · billing ▾]" in as_text(await mira.drawn("What to do"))


async def test_the_blocked_are_chosen_from_a_menu_of_them(show: Show, mira: FormFiller) -> None:
    blocked = show.stage.world.stream.rooms[SUPPORT].blocked
    blocked += ["umar", "wei", "loud"]
    view = await mira.opens(f"unblock {short(SUPPORT)}")
    assert "Who is blocked" in fields(view)
    assert await mira.offered(FORM_PEOPLE) == ["umar | umar", "wei | wei", "loud | loud"]
    assert await mira.offered(FORM_PEOPLE, "um") == ["umar | umar"]
    await mira.chooses(FORM_PEOPLE, "umar")
    await mira.chooses(FORM_PEOPLE, "wei")
    assert await mira.submits() == {}
    assert [person.id for person in (await latest(show)).act.people] == ["umar", "wei"]
    await mira.told("unblocked", "confirmed")
    assert blocked == ["loud"]


async def test_somebody_unblocked_meanwhile_is_named_at_their_field(
    show: Show, mira: FormFiller
) -> None:
    blocked = show.stage.world.stream.rooms[SUPPORT].blocked
    blocked.append("umar")
    view = await mira.opens(f"unblock {short(SUPPORT)}")
    await mira.chooses(FORM_PEOPLE, "umar")
    blocked.clear()
    assert await mira.submits() == {
        people_block_of(view): "umar is not blocked from “Support room · billing”. Take them out."
    }


async def test_a_name_nobody_blocked_has_is_refused_with_the_blocked(
    show: Show, mira: FormFiller
) -> None:
    show.stage.world.stream.rooms[SUPPORT].blocked += ["umar", "wei"]
    text = await mira.types(f"unblock {short(SUPPORT)} lowd")
    assert "Nobody blocked from “Support room · billing” matches “lowd”." in text
    assert "Blocked: umar, wei. Nothing was sent." in text
    assert show.stage.world.stream.effects == []


async def test_somebody_added_as_a_member_is_on_no_list_yet(show: Show, mira: FormFiller) -> None:
    view = await mira.opens(f"member {short(SUPPORT)} add")
    assert "Enter the user id: they are not a member yet." in str(view.given)
    assert (await mira.submits(absent=" \n"))["absent"] == "Say who: their id in your app."
    assert await mira.submits(absent="umar\n@wei") == {}
    assert [person.id for person in (await latest(show)).act.people] == ["umar", "wei"]


async def test_a_form_closed_while_it_was_loading_is_let_go(show: Show, mira: FormFiller) -> None:
    show.stage.slack.faults.slow(0.2, on="views.update")
    await show.sender.command(mira.user, show.stage.cast.ops, "kick")
    await show.workspace.until(lambda: show.workspace.modals.top(mira.user.id))
    mira.closes_forms()
    await show.workspace.until(
        lambda: any(
            call.answer.get("error") == "not_found" for call in show.workspace.asked("views.update")
        )
    )
    assert show.workspace.modals.top(mira.user.id) is None


async def test_a_call_that_ended_meanwhile_says_so_at_its_field(
    show: Show, mira: FormFiller, leo: FormFiller
) -> None:
    await mira.opens("lock")
    await mira.chooses(FORM_CALL, "Community stage: *open mic* 🎤", "community")
    await mira.drawn("Community stage")
    await show.sender.command(leo.user, show.stage.cast.ops, f"end {short(STAGE)}")
    await leo.drawn("This cannot be undone.")
    await leo.submits(reasons="Spam", reason="raid")
    await leo.told("ended “Community stage", "confirmed")
    errors = await mira.submits(reasons="Spam")
    assert errors == {"call": "“Community stage: *open mic* 🎤” has ended. Choose another call."}
