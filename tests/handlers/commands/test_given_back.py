"""What was taken from a call or from people is given back, also by a bot that was restarted."""

from pathlib import Path
from typing import Any

import pytest

from bot.demo.stage import Show, open_show
from bot.ports import AuditQuery
from tests.fakes.form_filler import FormFiller
from tests.fakes.moderator import TIMEOUT_S, Moderator
from tests.handlers.test_rights import pressed

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH, SUPPORT = "livestream:launch-show", "default:support-room"
FOUND = {"max_participants": 40, "max_participants_exclude_roles": ["host"]}


async def test_a_restarted_bot_puts_the_former_limit_back(show_url: str, tmp_path: Path) -> None:
    async with open_show(tmp_path, database_url=show_url) as first:
        room, mira = first.stage.world.stream.rooms[LAUNCH], FormFiller(first)
        room.limits = dict(FOUND)
        people = {stay.visitor.id for stay in room.here()}
        await mira.opens(f"lock {LAUNCH}")
        assert await mira.submits(reasons="Other", reason="raid") == {}
        await mira.sees("locked", "confirmed")
        assert {stay.visitor.id for stay in room.here()} == people
        assert room.limits == {**FOUND, "max_participants": 2}
        locked = dict(room.limits)
    async with open_show(tmp_path, database_url=show_url) as second:
        room, mira = second.stage.world.stream.rooms[LAUNCH], FormFiller(second)
        room.limits = locked
        await mira.types(f"unlock {LAUNCH} over")
        await mira.sees("unlocked", "confirmed")
        assert room.limits == FOUND
        assert not room.backstage
        assert [effect.verb for effect in second.stage.world.stream.effects] == ["limits"]


async def test_unsilence_gives_only_what_a_case_of_ours_took(show: Show) -> None:
    """Kofi may send video and screen as well, and his app took the screen from him."""
    mira, stream = Moderator(show), show.stage.world.stream
    held = stream.rooms[SUPPORT].permissions.setdefault("kofi", {})
    held["screenshare"] = False
    await mira.types(f"silence {SUPPORT} kofi shouting")
    await mira.sees("silenced Kofi")
    assert held == {"screenshare": False, "send-audio": False}
    await mira.types(f"unsilence {SUPPORT} kofi")
    await mira.sees("unsilenced Kofi")
    assert held == {"screenshare": False, "send-audio": True}
    await mira.types(f"unsilence {SUPPORT} amina")
    await mira.sees("already so", "grant send-audio")
    assert "amina" not in stream.rooms[SUPPORT].permissions


@pytest.mark.parametrize("verb", ["grant", "revoke"])
@pytest.mark.parametrize("permission", ["mute-users", "join-backstage", "fly"])
async def test_a_permission_of_an_old_card_that_stream_does_not_take_is_not_sent(
    show: Show, verb: str, permission: str
) -> None:
    value: dict[str, Any] = {
        "v": 1,
        "verb": {"name": verb, "permission": permission},
        "call": {"vendor": "stream", "id": LAUNCH},
        "person": "dolores",
    }
    await pressed(show, value)
    await show.services.tasks.drain(TIMEOUT_S)
    assert show.stage.world.stream.effects == []
    asked = [request.path for request in show.stage.world.stream.requests]
    assert not any(path.endswith("/user_permissions") for path in asked)
    entries = await show.store.audit(AuditQuery(limit=9))
    assert not [entry for entry in entries if entry.case is not None]
    said = Moderator(show, "moderator").private()
    assert said or show.workspace.modals.stack(show.stage.cast.moderator.id)
