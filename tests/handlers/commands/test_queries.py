"""Looking: what a moderator sees, privately, and what others are told."""

import pytest

from bot.calls.actors import Actor
from bot.calls.cases import Refusal
from bot.demo.slack.screen import Message
from bot.demo.stage import Show
from handlers.blocks.help import topics
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")


def words(message: Message) -> str:
    """Everything in a message that can be read."""
    return f"{message.text} {message.blocks}"


async def said(show: Show, text: str, *, by: str = "moderator") -> Message:
    """What somebody is shown for words they typed."""
    user = getattr(show.stage.cast, by)
    before = len(show.workspace.ephemerals.get(user.id, []))
    delivery = await show.sender.command(user, show.stage.cast.ops, text)
    assert delivery.trouble is None
    return await show.workspace.until(
        lambda: (
            show.workspace.ephemerals[user.id][-1]
            if len(show.workspace.ephemerals.get(user.id, [])) > before
            else None
        )
    )


async def test_help_names_every_subcommand(show: Show) -> None:
    short = words(await said(show, "help"))
    for word in ("list", "show", "mute", "kick", "block", "end", "audit", "/calls help all"):
        assert word in short
    told = words(await said(show, "help all"))
    assert [word for word in topics() if f"`{word}" not in told] == []


async def test_an_unknown_word_is_answered_with_the_nearest_known(show: Show) -> None:
    assert "`kick`" in words(await said(show, "kcik K7QX bob"))


async def test_the_list_shows_live_calls_to_everyone_of_the_workspace(show: Show) -> None:
    message = await said(show, "", by="viewer")
    assert "CometChat" in words(message)
    assert "live call" in message.text


@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_guests_and_strangers_are_refused(show: Show, who: str) -> None:
    message = await said(show, "", by=who)
    assert "live call" not in message.text
    assert "full member" in words(message)


async def test_a_case_nobody_made_is_said_to_be_unknown(show: Show) -> None:
    assert "#4711" in words(await said(show, "case 4711"))


async def test_older_entries_of_the_record_follow_in_the_place_of_the_newer(show: Show) -> None:
    mira = Moderator(show)
    for number in range(12):
        actor = Actor(user=mira.user.id, team=show.workspace.team)
        await show.store.refuse(Refusal(key=f"old-{number}", actor=actor, why=f"No. {number}."))
    assert "No. 11." in await mira.types("audit")
    messages = len(mira.private())
    await mira.presses("Older")
    assert "No. 11." not in await mira.sees("No. 0.")
    assert len(mira.private()) == messages
