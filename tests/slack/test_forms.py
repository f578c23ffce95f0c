"""Orders by form, through the real app: opened at once, filled in, checked at each field."""

from typing import Any

import pytest

from bot.calls.cases import Case
from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import State
from bot.demo.slack.render import as_text
from bot.demo.slack.shown import View
from bot.demo.stage import Show
from bot.ports import CaseFilter
from handlers.blocks.values import FORM_CALL, FORM_PEOPLE, FORM_VERB, FORM_WHOM
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = "default:support-room"
STAGE = "audio_room:community-stage"
LAUNCH = "livestream:launch-show"


def short(call: str, vendor: Vendor = Vendor.STREAM) -> str:
    return handle(CallRef(vendor=vendor, id=call))


class Former(Moderator):
    """Somebody who fills in forms."""

    async def opens(self, text: str) -> View:
        """Type words that lack something; the form as it is once it is no longer loading."""
        delivery = await self.show.sender.command(self.user, self.show.stage.cast.ops, text)
        assert (delivery.trouble, delivery.body) == (None, b"")
        return await self.drawn()

    async def drawn(self, *words: str) -> View:
        """The form in front of them, once it is no longer loading and has these words."""

        def there() -> View | None:
            view = self.show.workspace.modals.top(self.user.id)
            if view is None or "Looking at what is live" in (text := as_text(view)):
                return None
            return view if all(word in text for word in words) else None

        return await self._until(there)

    async def offered(self, action_id: str, typed: str = "") -> list[str]:
        """What fits these letters, as label and description."""
        view = await self.form()
        delivery = await self.show.sender.suggest(self.user, view, action_id, typed)
        assert delivery.trouble is None
        return [
            f"{one['text']['text']} | {one['description']['text']}"
            for one in delivery.json()["options"]
        ]

    async def chooses(self, action_id: str, label: str, typed: str | None = None) -> None:
        """Choose the option with that label, looked up with its own words unless others are given."""
        view = await self.form()
        if action_id in (FORM_CALL, FORM_PEOPLE):
            await self.offered(action_id, label if typed is None else typed)
        delivery = await self.show.sender.press(self.user, view, action_id=action_id, text=label)
        assert delivery.trouble is None

    async def submits(self, **values: Any) -> dict[str, str]:
        """Send the form; the words at its fields where it stays open."""
        view = await self.form()
        delivery = await self.show.sender.submit(self.user, view, values)
        assert delivery.trouble is None
        return view.errors


    async def told(self, *words: str) -> str:
        """Wait until a private message has all these words."""

        def there() -> str | None:
            texts = [as_text(message) for message in self.private()]
            return next((text for text in texts if all(word in text for word in words)), None)

        return await self._until(there)


@pytest.fixture
def mira(show: Show) -> Former:
    show.workspace.modals.clear(show.stage.cast.moderator.id)
    return Former(show)


@pytest.fixture
def leo(show: Show) -> Former:
    show.workspace.modals.clear(show.stage.cast.lead.id)
    return Former(show, "lead")


async def latest(show: Show) -> Case:
    """The newest case."""
    entries = await show.store.audit(CaseFilter(limit=20))
    return await show.store.case(next(entry.case for entry in entries if entry.case))


def fields(view: View) -> list[str]:
    return [block["label"]["text"] for block in view.blocks if block["type"] == "input"]


async def test_a_verb_alone_opens_a_form_and_the_trigger_is_spent_first(
    show: Show, mira: Former
) -> None:
    before = len(show.workspace.calls)
    view = await mira.opens("kick")
    asked = [call.method for call in show.workspace.calls[before:]]
    assert asked[0] == "views.open"
    assert "views.update" in asked
    assert view.given["title"]["text"] == "Kick"
    assert fields(view) == ["Call", "Reason", "In your words"]
    assert "They are removed at once" in as_text(view)


async def test_a_form_is_filled_in_by_looking_things_up_and_kicks_both(
    show: Show, mira: Former
) -> None:
    await mira.opens("kick")
    found = await mira.offered(FORM_CALL, "support")
    assert found == [f"Support room · billing | Stream Video · {short(SUPPORT)} · 5 people"]
    await mira.chooses(FORM_CALL, "Support room · billing", "support")
    view = await mira.drawn("Whom")
    assert fields(view) == ["Call", "Whom", "People", "Reason", "In your words"]
    assert await mira.offered(FORM_PEOPLE, "JUN") == [
        "Jun Park | jun · host",
        "Jun Park | jun-2 · user",
    ]
    await mira.chooses(FORM_PEOPLE, "Amina Okafor", "amina")
    await mira.chooses(FORM_PEOPLE, "Kofi Mensah", "kofi")
    assert await mira.submits(reasons="Spam", reason="links") == {}
    assert show.workspace.modals.top(mira.user.id) is None
    await mira.told("kicked Amina Okafor, Kofi Mensah", "Spam: links", "confirmed")
    case = await latest(show)
    assert [(one.person, one.state) for one in case.results] == [
        ("amina", State.CONFIRMED),
        ("kofi", State.CONFIRMED),
    ]
