"""The life of an act, from the words typed to the effect, the card, the line and the record."""

import pytest

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import State
from bot.demo.slack.render import as_text
from bot.demo.slack.shown import Message, View
from bot.demo.stage import Show
from bot.ports import CaseFilter

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = "default:support-room"
STAGE = "audio_room:community-stage"


def short(call: str, vendor: Vendor = Vendor.STREAM) -> str:
    return handle(CallRef(vendor=vendor, id=call))


class Moderator:
    """Somebody at the keyboard, and what they see."""

    def __init__(self, show: Show, who: str = "moderator") -> None:
        self.show = show
        self.user = getattr(show.stage.cast, who)

    async def types(self, text: str) -> str:
        """Type words after the command; the next private message."""
        seen = len(self._private())
        delivery = await self.show.sender.command(self.user, self.show.stage.cast.ops, text)
        assert delivery.trouble is None
        return as_text(await self._until(lambda: self._newer(seen)))

    async def presses(self, what: str, near: str | None = None) -> None:
        delivery = await self.show.sender.press(self.user, self.latest, text=what, near=near)
        assert delivery.trouble is None

    async def form(self) -> View:
        return await self._until(lambda: self.show.workspace.modals.top(self.user.id))

    async def sees(self, *words: str) -> str:
        """Wait until the latest private message has all these words."""
        return await self._until(
            lambda: text if all(w in (text := as_text(self.latest)) for w in words) else None
        )

    @property
    def latest(self) -> Message:
        return self._private()[-1]

    def _private(self) -> list[Message]:
        return self.show.workspace.ephemerals.get(self.user.id, [])

    def _newer(self, seen: int) -> Message | None:
        private = self._private()
        return private[-1] if len(private) > seen else None

    async def _until(self, predicate):  # type: ignore[no-untyped-def]
        return await self.show.workspace.until(predicate, 10)


async def line(show: Show, *words: str) -> str:
    """The newest line in the moderation channel, once it has these words."""
    log = show.stage.cast.log.id

    def written() -> str | None:
        texts = [as_text(message) for message in show.workspace.messages.get(log, [])]
        return next((t for t in texts if all(word in t for word in words)), None)

    return await show.workspace.until(written, 10)


async def test_a_kick_typed_with_a_reason_is_done_told_and_recorded(show: Show) -> None:
    mira = Moderator(show)
    asked = await mira.types(f"kick {short(SUPPORT)} @Kofi insulting others")
    assert "asked" in asked
    assert await mira.sees("confirmed", "insulting others")
    assert "kofi" not in [stay.visitor.id for stay in show.stage.world.stream.rooms[SUPPORT].here()]
    assert await line(show, "kicked Kofi Mensah", "insulting others", "confirmed")
    entries = await show.store.audit(CaseFilter(limit=2))
    assert [entry.state for entry in entries] == [State.CONFIRMED, State.ASKED]
    assert await show.store.verify() >= 2


async def test_a_kick_from_the_card_goes_through_its_form_and_redraws_the_card(
    show: Show,
) -> None:
    mira = Moderator(show)
    await mira.types(f"show {short(STAGE)}")
    await mira.presses("Kick", near="Hedda")
    view = await mira.form()
    delivery = await show.sender.submit(mira.user, view, {"reason": "spam links"})
    assert delivery.trouble is None
    text = await mira.sees("kicked Hedda", "confirmed", "Refresh")
    assert "`hedda`" not in text
    assert show.workspace.modals.top(mira.user.id) is None
