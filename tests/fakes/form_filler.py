"""Somebody who fills in forms before the real app, and what they look for in them."""

from typing import Any

from bot.calls.cases import Case
from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.control_finder import entered, field
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import View, fill
from bot.demo.stage import Show
from bot.ports import AuditQuery
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE
from tests.fakes.moderator import Moderator

SUPPORT = "default:support-room"
STAGE = "audio_room:community-stage"
LAUNCH = "livestream:launch-show"


def short(call: str, vendor: Vendor = Vendor.STREAM) -> str:
    """The handle of a call, by its id."""
    return handle(CallRef(vendor=vendor, id=call))


class FormFiller(Moderator):
    """A moderator who fills in forms."""

    async def opens(self, text: str) -> View:
        """Type words that lack something; the form as it is once it is no longer loading."""
        await self.asked(text)
        return await self.drawn()

    async def drawn(self, *words: str) -> View:
        """The form in front of them, once it is no longer loading and has these words."""

        def there() -> View | None:
            view = self.show.workspace.modals.top(self.user.id)
            if view is None or "Loading the live calls" in (text := as_text(view)):
                return None
            return view if all(word in text for word in words) else None

        return await self._until(there)

    async def offered(self, action_id: str, typed: str = "") -> list[str]:
        """What fits these letters, as label and description."""
        view = await self.form()
        delivery = await self.show.sender.suggest(self.user, view, action_id, typed)
        assert delivery.trouble is None
        return [
            f"{option['text']['text']} | {option['description']['text']}"
            for option in delivery.json()["options"]
        ]

    async def chooses(self, action_id: str, label: str, typed: str | None = None) -> None:
        """Choose the option with that label; it is looked up by `typed`, or by the label itself."""
        view = await self.form()
        if action_id in (FORM_CALL, FORM_PEOPLE):
            await self.offered(action_id, label if typed is None else typed)
        delivery = await self.show.sender.press(self.user, view, action_id=action_id, text=label)
        assert delivery.trouble is None

    def fills(self, **values: str) -> None:
        """Fill in fields that are told of only with the form."""
        view = self.show.workspace.modals.stack(self.user.id)[-1]
        for name, value in values.items():
            control = field(view, name)
            fill(view, control, entered(control.element, value))

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


async def latest(show: Show) -> Case:
    """The case with the highest number."""
    entries = await show.store.audit(AuditQuery(limit=20))
    return await show.store.case(max(entry.case or 0 for entry in entries))


def fields(view: View) -> list[str]:
    """The labels of a form's fields, in order."""
    return [block["label"]["text"] for block in view.blocks if block["type"] == "input"]


def people_block_of(view: View) -> str:
    """The block_id of the field in which people are chosen."""
    return next(str(b["block_id"]) for b in view.blocks if b["block_id"].startswith("people."))
