"""The line of a case in the moderation channel: buttons for everybody who may."""

from collections.abc import Callable

import pytest

from bot.calls.cases import Case
from bot.calls.outcomes import State
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message
from bot.demo.stage import Show
from bot.ports import AuditQuery
from tests.fakes.moderator import TIMEOUT_S, Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOM = "stream:default:support-room"


async def line(show: Show, *words: str) -> Message:
    """The line in the moderation channel that says so, once it is there."""
    log = show.stage.cast.log.id

    def written() -> Message | None:
        there = [
            message for message in show.workspace.messages.get(log, []) if message.thread_ts is None
        ]
        found = (person for person in there if all(word in as_text(person) for word in words))
        return next(found, None)

    return await show.workspace.until(written, TIMEOUT_S)


async def threads(show: Show, holds: Callable[[str], bool]) -> str:
    """What is said in a thread of the moderation channel, once something there holds."""
    log = show.stage.cast.log.id

    def written() -> str | None:
        texts = [
            as_text(message)
            for message in show.workspace.messages.get(log, [])
            if message.thread_ts
        ]
        return next((text for text in texts if holds(text)), None)

    return await show.workspace.until(written, TIMEOUT_S)


async def latest(show: Show) -> Case:
    (entry,) = await show.store.audit(AuditQuery(limit=1))
    return await show.store.case(entry.case or 0)


async def blocked(show: Show, mira: Moderator) -> Message:
    """Mira blocked somebody; the line that says so."""
    await show.sender.command(mira.user, show.stage.cast.ops, f"block {ROOM} loud raid")
    await show.sender.submit(mira.user, await mira.form(), {})
    await mira.sees("blocked L O U D", "confirmed")
    return await line(show, "✅ #1 blocked L O U D", "by Mira", "[Case #1]", "[Undo]")


async def test_undo_goes_the_usual_way_for_whoever_may(show: Show) -> None:
    mira, leo = Moderator(show), Moderator(show, "lead")
    told = await blocked(show, mira)
    assert (await show.sender.press(leo.user, told, text="Undo")).trouble is None
    await leo.sees("unblocked L O U D", "confirmed")
    case = await latest(show)
    assert (case.act.verb.name, case.reason, case.actor.user) == (
        "unblock",
        "Undo #1",
        leo.user.id,
    )
    assert "loud" not in show.stage.world.stream.rooms["default:support-room"].blocked
    assert "✅ #1 blocked L O U D" in as_text(told), "a press writes nothing over the line"


async def test_undo_pressed_twice_is_one_case(show: Show) -> None:
    mira = Moderator(show)
    told = await blocked(show, mira)
    for _ in range(2):
        await show.sender.press(mira.user, told, text="Undo")
        await mira.sees("#2")
    await mira.sees("Already requested: case #2.")
    assert (await latest(show)).number == 2


async def test_a_heavy_undo_asks_for_a_reason_first(show: Show) -> None:
    mira, leo = Moderator(show), Moderator(show, "lead")
    await show.sender.command(leo.user, show.stage.cast.ops, f"lock {ROOM} raid")
    await show.sender.submit(leo.user, await leo.form(), {})
    await leo.sees("✅ #1 locked", "confirmed")
    await show.sender.command(leo.user, show.stage.cast.ops, f"unlock {ROOM} over")
    told = await line(show, "✅ #2 unlocked", "[Undo]")
    await show.sender.press(mira.user, told, text="Undo")
    form = await mira.form()
    assert "Undo #2" in as_text(form)
    await show.sender.submit(mira.user, form, {})
    await mira.sees("✅ #3 locked", "Undo #2")


async def test_who_may_not_is_refused_in_private_and_the_line_stays(show: Show) -> None:
    mira, vic = Moderator(show), Moderator(show, "viewer")
    told = await blocked(show, mira)
    before = as_text(told)
    await show.sender.press(vic.user, told, text="Undo")
    await vic.sees("Only moderators can")
    assert as_text(told) == before
    assert (await show.store.case(1)).state is State.CONFIRMED


async def test_what_failed_is_tried_again_from_its_line_and_its_asker_is_called(
    show: Show,
) -> None:
    mira, leo = Moderator(show), Moderator(show, "lead")
    show.stage.world.stream.faults.error(400, on="/kick")
    await show.sender.command(mira.user, show.stage.cast.ops, f"kick {ROOM} amina rude")
    await mira.sees("❌ #1 Could not kick Amina Okafor", "Nothing was done", "[Try again]")
    told = await line(show, "❌ #1 Could not kick Amina Okafor", "[Try again]")
    called = await threads(show, lambda text: "❌ #1" in text)
    assert called.startswith(f"@{mira.user.id}")
    await show.sender.press(leo.user, told, text="Try again")
    await leo.sees("✅ #2 kicked Amina Okafor", "Again, after #1")


async def test_what_is_unknown_is_looked_at_again_from_its_line(show: Show) -> None:
    mira, leo = Moderator(show), Moderator(show, "lead")
    await mira.types(f"show {ROOM}")
    show.stage.world.stream.faults.error(500, on="/kick", times=None)
    try:
        await show.sender.command(mira.user, show.stage.cast.ops, f"kick {ROOM} amina rude")
        told = await line(show, "❓ #1 Unknown: kick Amina Okafor", "[Check again]")
    finally:
        show.stage.world.stream.faults.clear()
    await show.sender.press(leo.user, told, text="Check again")
    await leo.sees("not done")


async def test_a_line_says_its_whole_case_to_whoever_asks(show: Show) -> None:
    mira, vic = Moderator(show), Moderator(show, "lead")
    told = await blocked(show, mira)
    await show.sender.press(vic.user, told, text="Case #1")
    await vic.sees("Case #1: Block", "raid")
