"""Whoever may not give an order is refused before they are asked which, whom or what it means."""

import pytest

from bot.calls.outcomes import State
from bot.demo.stage import Show
from bot.ports import AuditQuery
from tests.fakes.moderator import Moderator
from tests.handlers.commands.test_rtmp import LAUNCH, runs

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = "default:support-room"


@pytest.mark.parametrize(
    ("words", "label"),
    [
        (f"kick {SUPPORT} nobody-there rude", "kick"),
        (f'kick {SUPPORT} "Jun Park" rude', "kick"),
        (f"unblock {SUPPORT} nobody-there sorry", "unblock"),
        (f"rtmp {LAUNCH} stop tw stolen", "stop"),
        (f"rtmp {LAUNCH} stop all stolen", "stop"),
    ],
)
async def test_a_viewer_is_refused_before_any_particular(
    show: Show, words: str, label: str
) -> None:
    runs(show, "All", "tv")
    vic = Moderator(show, "viewer")
    said = await vic.types(words)
    assert said.startswith(("Only moderators can ", "Only leads can "))
    assert label in said
    for particular in ("tv", "Jun Park", "There now", "Name it", "Amina"):
        assert particular not in said
    (entry,) = await show.store.audit(AuditQuery(limit=1))
    assert entry.state is State.REFUSED


@pytest.mark.parametrize("words", ["audit", "audit search", "audit state failed"])
async def test_whoever_may_not_read_the_audit_log_is_told_what_they_may_read(
    show: Show, words: str
) -> None:
    vic = Moderator(show, "viewer")
    said = await vic.types(words)
    assert "Only " in said
    assert "under audit by me." in said
    assert "No entries match" in await vic.types("audit by me")
