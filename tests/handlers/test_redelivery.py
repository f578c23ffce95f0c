"""What is delivered again is answered with the case it made, whatever became of call and people."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.demo.slack.render import as_text
from bot.demo.stage import Show, open_show
from bot.demo.vendors import Visitor
from bot.ports import AuditQuery
from handlers.blocks.action_values import FORM_PEOPLE
from tests.fakes.form_filler import FormFiller
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT, STAGE = "default:support-room", "audio_room:community-stage"


@pytest_asyncio.fixture(loop_scope="module", params=["http", "socket"])
async def show(
    show_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Show]:
    """Everything running, reached in each of Slack's two ways."""
    by_socket = request.param == "socket"
    async with open_show(tmp_path, database_url=show_url, by_socket=by_socket) as opened:
        yield opened


def gone(show: Show, call: str, person: str) -> None:
    """They left, and nothing is remembered of who was there."""
    if person in {stay.visitor.id for stay in show.stage.world.stream.rooms[call].here()}:
        show.stage.world.stream.leave(call, person)
    show.services.moderation.forget_people(Vendor.STREAM, call)


async def cases(show: Show) -> set[int | None]:
    return {entry.case for entry in await show.store.audit(AuditQuery(limit=50))}


async def test_a_command_whose_target_has_left(show: Show) -> None:
    mira = Moderator(show)
    words = f"kick {SUPPORT} kofi insulting others"
    delivery = await show.sender.command(mira.user, show.stage.cast.ops, words)
    await mira.sees("kicked Kofi Mensah", "confirmed")
    gone(show, SUPPORT, "kofi")
    again = await show.sender.redeliver(delivery)
    assert "Already requested: case #1." in again.body.decode()
    assert await cases(show) == {1}


async def test_a_command_whose_words_mean_somebody_else_by_now(show: Show) -> None:
    mira, stream = Moderator(show), show.stage.world.stream
    stream.join(SUPPORT, Visitor("first", "Zed"))
    delivery = await show.sender.command(mira.user, show.stage.cast.ops, f"kick {SUPPORT} zed rude")
    await mira.sees("kicked Zed", "confirmed")
    gone(show, SUPPORT, "first")
    stream.join(SUPPORT, Visitor("second", "Zed"))
    show.services.moderation.forget_people(Vendor.STREAM, SUPPORT)
    again = await show.sender.redeliver(delivery)
    assert "Already requested: case #1." in again.body.decode()
    assert "second" in {stay.visitor.id for stay in stream.rooms[SUPPORT].here()}
    states = [entry.state for entry in await show.store.audit(AuditQuery(limit=50))]
    assert State.REFUSED not in states


async def test_a_command_whose_call_is_over(show: Show) -> None:
    mira = Moderator(show)
    words = f"mute {SUPPORT} kofi noise"
    delivery = await show.sender.command(mira.user, show.stage.cast.ops, words)
    await mira.sees("muted Kofi Mensah", "confirmed")
    show.stage.world.stream.faults.error(404, on=SUPPORT.replace(":", "/"), times=None)
    show.services.moderation.forget_people(Vendor.STREAM, SUPPORT)
    again = await show.sender.redeliver(delivery)
    assert "Already requested: case #1." in again.body.decode()
    show.stage.world.stream.faults.clear()


async def test_the_form_of_a_press_whose_target_has_left(show: Show) -> None:
    mira = Moderator(show)
    await mira.types(f"show {STAGE}")
    await mira.presses("Kick", near="Hedda")
    view = await mira.form()
    delivery = await show.sender.submit(mira.user, view, {"reason": "spam links"})
    await mira.sees("kicked Hedda", "confirmed")
    gone(show, STAGE, "hedda")
    again = await show.sender.redeliver(delivery)
    assert (again.status, again.body) == (delivery.status, delivery.body)
    assert await cases(show) == {1}


async def test_the_form_for_any_order_whose_target_has_left(show: Show) -> None:
    mira = FormFiller(show)
    view = await mira.opens(f"kick {SUPPORT}")
    await mira.chooses(FORM_PEOPLE, "L O U D 📢📢📢", "loud")
    delivery = await show.sender.submit(mira.user, view, {"reason": "loud"})
    await mira.told("kicked L O U D", "confirmed")
    gone(show, SUPPORT, "loud")
    again = await show.sender.redeliver(delivery)
    assert (again.status, again.body) == (delivery.status, delivery.body)
    assert await cases(show) == {1}


async def test_a_press_that_does_a_case_again(show: Show) -> None:
    mira = Moderator(show)
    show.stage.world.stream.faults.error(500, on="/kick", times=None)
    await mira.types(f"kick {SUPPORT} amina rude")
    await mira.sees("may or may not have happened", "Do it again")
    delivery = await show.sender.press(mira.user, mira.latest, text="Do it again")
    await mira.sees("Again, after #1", "may or may not have happened")
    show.stage.world.stream.faults.clear()
    seen = len(mira.private())
    await show.sender.redeliver(delivery)
    await show.workspace.until(lambda: len(mira.private()) > seen or None)
    assert "Already requested: case #2." in as_text(mira.latest)
    assert await cases(show) == {1, 2}
