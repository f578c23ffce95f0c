"""What goes wrong between opening a form and its order: told at its field, and nothing is lost."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.calls.audit_filter import AuditQuery
from bot.calls.models import Vendor
from bot.demo.slack.render import as_text
from bot.demo.stage import Show, open_show
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE, FORM_VERB
from tests.fakes.form_filler import (
    LAUNCH,
    SUPPORT,
    FormFiller,
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


def telehealth(show: Show) -> str:
    """The handle of a room at RealtimeKit with a protected person in it."""
    rooms = show.stage.world.realtimekit.rooms.values()
    (room,) = [room for room in rooms if "Telehealth" in room.title]
    return short(room.id, Vendor.REALTIMEKIT)


async def test_people_and_options_that_were_typed_stand_in_the_form(
    show: Show, mira: FormFiller
) -> None:
    view = await mira.opens(f"preset {telehealth(show)} @nkechi, @nobody")
    text = as_text(view)
    assert "Nkechi Adeyemi" in text
    assert "matches “nobody”" in text
    errors = await mira.submits(**{"option.preset": "two words"})
    assert errors == {
        "option.preset": "One word as the vendor lists it, without spaces or slashes."
    }


async def test_a_poll_is_asked_line_by_line(show: Show, mira: FormFiller) -> None:
    text = as_text(await mira.opens(f"poll {telehealth(show)} Shall we go on?"))
    assert "Question: [Shall we go on?]" in text
    errors = await mira.submits(**{"option.answers": "Yes"})
    assert "2 to 10 different ones" in errors["option.answers"]
    assert await mira.submits(**{"option.answers": "Yes\n\n No "}) == {}
    verb = (await latest(show)).act.verb
    assert verb.model_dump() == {"question": "Shall we go on?", "answers": ("Yes", "No")}


async def test_somebody_protected_is_named_at_their_field(show: Show, mira: FormFiller) -> None:
    view = await mira.opens(f"kick {telehealth(show)}")
    await mira.chooses(FORM_PEOPLE, "Dr. Vera Lindqvist", "vera")
    errors = await mira.submits(reason="x")
    assert "protected" in errors[people_block_of(view)]
    await mira.offered(FORM_PEOPLE, "nkechi")
    assert await mira.submits(**{FORM_PEOPLE: ["Nkechi Adeyemi"]}) == {}
    assert [person.name for person in (await latest(show)).act.people] == ["Nkechi Adeyemi"]


async def test_an_id_that_nobody_can_have_is_said_at_its_field(
    show: Show, mira: FormFiller
) -> None:
    await mira.opens(f"member {short(SUPPORT)} add")
    cases = await show.store.audit(AuditQuery(limit=50))
    errors = await mira.submits(absent="y" * 300)
    assert list(errors) == ["absent"]
    assert await show.store.audit(AuditQuery(limit=50)) == cases
    assert await mira.submits(absent="zed") == {}


async def test_a_verb_above_ones_role_on_a_vendor_is_said_when_its_call_is_chosen(
    tmp_path: Path, show_url: str
) -> None:
    """Mira is a moderator at RealtimeKit only; the form stays."""
    rules = '[vendors.realtimekit]\nmoderators = ["UMIRA"]\n'
    async with open_show(tmp_path, database_url=show_url, rules=rules) as show:
        mira = FormFiller(show)
        await show.sender.shortcut(mira.user, "moderate_call")
        await mira.drawn("What to do")
        await mira.chooses(FORM_VERB, "Kick")
        await mira.drawn("They may join again at once")
        await mira.chooses(FORM_CALL, "Support room · billing", "support")
        text = as_text(await mira.drawn("Only moderators can kick"))
        assert "What to do" in text


async def test_a_call_that_is_live_no_more_when_it_is_chosen_is_said(mira: FormFiller) -> None:
    view = await mira.opens("kick")
    gone = {"text": {"type": "plain_text", "text": "Gone"}, "value": "QQQQ.00"}
    view.suggested["call", FORM_CALL] = [gone]
    await mira.show.sender.press(mira.user, view, action_id=FORM_CALL, text="Gone")
    await mira.drawn("That call is not live any more.")


async def test_a_form_sent_before_its_fields_were_drawn_asks_for_them(leo: FormFiller) -> None:
    await leo.opens("kick")
    await leo.offered(FORM_CALL, "support")
    assert await leo.submits(**{FORM_CALL: "Support room · billing"}) == {}
    text = as_text(await leo.drawn("Fill in the new fields."))
    assert "Who" in text
    assert "[Support room · billing ▾]" in text


async def test_two_choices_at_once_leave_the_later_one_drawn(show: Show, leo: FormFiller) -> None:
    view = await leo.opens("kick")
    options = await leo.offered(FORM_CALL)
    assert len(options) > 1
    press = leo.show.sender.press
    await asyncio.gather(
        press(leo.user, view, action_id=FORM_CALL, text="team-huddle"),
        press(leo.user, view, action_id=FORM_CALL, text="Support room · billing"),
    )
    await leo.drawn("[Support room · billing ▾]", "Who")
    await show.services.tasks.drain(1)
    assert "team-huddle" not in as_text(await leo.form())


async def test_a_drawing_slack_does_not_take_is_replaced_by_words(
    show: Show, mira: FormFiller
) -> None:
    show.stage.slack.faults.error(500, on="views.update")
    await show.sender.command(mira.user, show.stage.cast.ops, "kick")
    await mira.drawn("Something went wrong")


async def test_more_on_a_call_that_is_gone_says_so(show: Show, mira: FormFiller) -> None:
    await mira.types("list support")
    show.stage.world.stream.faults.error(404, on="/call/default/support-room", times=1)
    await mira.presses("All actions…", near="Support room")
    text = as_text(await mira.drawn("What to do"))
    assert "[Support room · billing ▾]" in text


async def test_an_order_that_could_not_be_written_down_leaves_the_form_as_it_is(
    show: Show, mira: FormFiller
) -> None:
    await mira.opens(f"mute {short(SUPPORT)}")
    await mira.chooses(FORM_PEOPLE, "Kofi Mensah", "kofi")
    file = show.environ["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        errors = await mira.submits(reason="loud")
        other.execute("ROLLBACK")
    assert "Nothing was done." in errors["reason"]
    assert await mira.submits() == {}
    assert (await latest(show)).reason == "loud"


async def test_a_heavy_order_for_a_slow_vendor_has_its_form_opened_first(
    show: Show, leo: FormFiller
) -> None:
    show.stage.world.stream.faults.slow(0.5, times=4)
    before = len(show.workspace.calls)
    words = f"kick stream:{LAUNCH} all raid"
    await show.sender.command(leo.user, show.stage.cast.ops, words)
    text = as_text(await leo.drawn("everyone"))
    asked = [
        call.method for call in show.workspace.calls[before:] if call.method.startswith("views")
    ]
    assert asked == ["views.open", "views.update"]
    assert "[raid]" in text
    show.stage.world.stream.faults.clear()


async def test_what_stands_in_the_way_of_a_slow_heavy_order_takes_the_forms_place(
    show: Show, leo: FormFiller
) -> None:
    show.stage.world.stream.faults.slow(0.5, times=4)
    await show.sender.command(leo.user, show.stage.cast.ops, "end QQQQ raid")
    await leo.drawn("No live call matches “QQQQ”.")
    show.stage.world.stream.faults.clear()
