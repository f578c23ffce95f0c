"""A lead who sets up digests, and what the record says of it."""

from typing import Any

from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import Event
from bot.demo.slack.people import Channel
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import View
from bot.demo.stage import Show
from bot.digests.subscription import Subscription
from handlers.blocks.digests.digest_values import DIGEST_ZONE
from handlers.blocks.digests.forms import AT, CHANNEL, RHYTHM, SECTIONS, UNTIL, WEEKDAYS
from tests.fakes.moderator import TIMEOUT_S, Moderator


class Lead(Moderator):
    """A lead who sets up digests."""

    def __init__(self, show: Show, who: str = "lead") -> None:
        super().__init__(show, who)
        self.channel = show.workspace.add_channel(f"team-{len(show.workspace.channels)}", self.user)

    async def opens(self, words: str) -> View:
        """Type words that open a form, and return the form."""
        self.closes_forms()
        await self.show.sender.command(self.user, self.show.stage.cast.ops, words)
        return await self.form()

    async def sends(self, form: View, **values: Any) -> dict[str, str]:
        """Fill in a form, by the names of FIELDS, and send it; returns the errors at its fields."""
        said = {FIELDS[name]: value for name, value in values.items()}
        delivery = await self.show.sender.submit(self.user, form, said)
        assert delivery.trouble is None
        return dict(form.errors)

    async def sets_up(self, channel: Channel | None = None, **values: Any) -> Subscription:
        """Set up a digest for a channel of their own, and return the subscription."""
        where = channel or self.channel
        form = await self.opens("digest subscribe")
        assert await self.sends(form, channel=where.id, **values) == {}
        made = max(await self.there(where), key=lambda subscription: subscription.id)
        await self.sees(f"Digest {made.id} is set up")
        await self.told("set up a digest", channel=where)
        return made

    async def there(self, channel: Channel | None = None) -> list[Subscription]:
        """The subscriptions of that channel in the database."""
        return list(await self.show.store.subscriptions((channel or self.channel).id))

    async def told(self, *words: str, channel: Channel | None = None) -> str:
        """Wait until a message in the channel has all these words."""
        where = (channel or self.channel).id

        def found() -> str | None:
            texts = [as_text(message) for message in self.show.workspace.messages.get(where, [])]
            return next((text for text in texts if all(word in text for word in words)), None)

        return await self.show.workspace.until(found, TIMEOUT_S)

    def said_in(self, channel: Channel | None = None) -> list[str]:
        """The texts of all messages in the channel, without those in threads."""
        found = self.show.workspace.messages.get((channel or self.channel).id, [])
        return [as_text(message) for message in found if message.thread_ts is None]


FIELDS = {
    "channel": CHANNEL,
    "at": AT,
    "zone": DIGEST_ZONE,
    "weekdays": WEEKDAYS,
    "rhythm": RHYTHM,
    "sections": SECTIONS,
    "until": UNTIL,
}


async def noted(show: Show, event: Event) -> list[str]:
    """What the record says of that kind, newest first."""
    entries = await show.store.audit(AuditQuery(limit=100))
    return [entry.detail for entry in entries if entry.event is event]
