"""Where somebody sits at the page: who they are, where they look, and what they do there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.demo.playground.playground import Playground
from bot.demo.slack import control_finder
from bot.demo.slack.control_finder import Pick
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.errors import NotShown
from bot.demo.slack.people import Channel, User
from bot.demo.slack.screen import Control, Json, Message, Shown, View, controls, fill

COMMAND = "/calls"

TROUBLES = {
    "operation_timeout": "The app did not answer within 3 seconds.",
    "dispatch_failed": "The app did not answer. Is the bot running?",
    "invalid_ack": "The app's answer could not be used.",
}
"""What a person reads when the app failed them."""


@dataclass
class Place:
    """What the middle of the page shows: a channel, the direct message, or the Home tab."""

    channel: Channel | None = None


@dataclass
class Session:
    """One browser tab. `complain` shows a line to whoever sits there, and nobody else."""

    playground: Playground
    user: User
    place: Place
    complain: Callable[[str], None]

    @property
    def names(self) -> dict[str, str]:
        """Names for the ids that stand in texts."""
        world = self.playground.stage.slack.world
        told = {user.id: user.name for user in world.users.values()}
        return told | {channel.id: channel.name for channel in world.channels.values()}

    @property
    def view(self) -> View | None:
        """The form on top, None when none is open."""
        return self.playground.stage.slack.world.modals.top(self.user.id)

    @property
    def home(self) -> View | None:
        """The app's Home tab as it was last published for this person."""
        return self.playground.stage.slack.world.modals.homes.get(self.user.id)

    def messages(self) -> list[Message]:
        """What is in front of them here, oldest first; nothing where they are no member."""
        channel = self.place.channel
        if channel is None or self.user.id not in channel.members:
            return []
        seen = self.playground.stage.slack.world.seen_by(self.user.id)
        return [message for message in seen if message.channel == channel.id]

    async def say(self, line: str) -> None:
        """Send what is in the composer: the command, or words that nobody acts on."""
        channel = self.place.channel
        line = line.strip()
        if channel is None or not line:
            return
        if line.split()[0] != COMMAND:
            self.playground.stage.slack.world.post(channel.id, line, [], user=self.user.id)
            return
        text = line.removeprefix(COMMAND).strip()
        await self._do(self.playground.command(self.user, channel, text))

    async def use(self, shown: Shown, control: Control, state: Json) -> None:
        """Press a button, or choose something where the app is told at once."""
        await self._do(self.playground.use(self.user, shown, Pick(control, state)))

    def enter(self, shown: Shown, control: Control, value: Any) -> None:
        """Fill in a field; the app hears of it when the form is sent."""
        fill(shown, control, control_finder.entered(control.element, value))

    async def suggest(self, shown: Shown, control: Control, typed: str) -> list[Json]:
        """What the app offers for `typed`, its groups put together."""
        try:
            delivery = await self.playground.suggest(self.user, shown, control.key[0], typed)
        except NotShown:  # it was closed while letters were on their way
            return []
        told = delivery.json() if delivery.trouble is None else None
        return control_finder.options_of(told or {})

    async def submit(self, view: View) -> None:
        """Send the form as it is filled in."""
        await self._do(self.playground.submit(self.user, view, {}))

    async def close(self, view: View, *, all_of_them: bool = False) -> None:
        """Close the form, or all of them."""
        await self.playground.close(self.user, view, all_of_them=all_of_them)

    async def open_home(self) -> None:
        """Open the app's Home tab."""
        self.place = Place()
        await self._do(self.playground.home(self.user))

    async def shortcut(self, callback_id: str) -> None:
        """Use a global shortcut."""
        await self._do(self.playground.shortcut(self.user, callback_id))

    async def _do(self, doing: Awaitable[Delivery]) -> None:
        try:
            delivery = await doing
        except NotShown as problem:
            self.complain(str(problem))
            return
        if delivery.trouble is not None:
            self.complain(TROUBLES.get(delivery.trouble, delivery.trouble))


def control_of(shown: Shown, block: Json, element: Json) -> Control:
    """Where an element stands; NotShown when it is no longer there."""
    for control in controls(shown.blocks):
        if control.block is block and control.element is element:
            return control
    raise NotShown("That is no longer there.")
