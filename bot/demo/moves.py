"""What somebody does in the tour, and what they see then; everything goes as it does in Slack."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack import Channel, Delivery, Message, NotShown, User, View, as_text
from bot.demo.stage import Show
from bot.errors import CallwardenError

SIGHT_TIMEOUT_S = 30.0
"""Seconds until the story gives up on seeing what it waits for, unless told otherwise."""

UNDER_WAY = "⏳"
"""The sign of a case that is not finished."""


class StoryBroken(CallwardenError):
    """A step of the tour did not get what it expects."""


class Sight(NamedTuple):
    """What somebody sees: `where` says who else does, `text` is what it reads."""

    where: str
    text: str


class Player:
    """Makes the moves of a story before a show. `calls` are the story's own names for calls.

    `timeout_s` is how many seconds it waits to see something.
    """

    def __init__(
        self,
        show: Show,
        calls: Mapping[str, tuple[Vendor, str]],
        timeout_s: float = SIGHT_TIMEOUT_S,
    ) -> None:
        self.show = show
        self._timeout_s = timeout_s
        workspace = show.workspace
        self.names = {user.id: user.name for user in workspace.users.values()} | {
            channel.id: channel.name for channel in workspace.channels.values()
        }
        self._handles = {
            name: handle(CallRef(vendor=vendor, id=call)) for name, (vendor, call) in calls.items()
        }
        self._before: Mapping[str, str] = {}

    def words(self, text: str) -> str:
        """`text` with the handle of a call for each `{name}` of one."""
        return text.format(**self._handles)

    def mark(self, user: User) -> None:
        """From now on, only what is not in front of them yet counts as seen."""
        self._before = dict(self._screen(user))

    async def seen(self, user: User, *expected: str) -> Sight:
        """The first new thing in front of somebody that says all of it; StoryBroken without one."""

        def look() -> Sight | None:
            return next(self._new(user, expected), None)

        try:
            return await self.show.workspace.until(look, self._timeout_s)
        except TimeoutError:
            shown = [sight.text for sight in self._new(user, ())] or ["nothing new"]
            raise StoryBroken(_missed(user, expected, "\n".join(shown))) from None

    async def read(self, user: User, channel: Channel, *expected: str) -> Sight:
        """A whole channel, once it says all of it and nothing in it is still under way."""

        def look() -> Sight | None:
            text = self._channel(channel)
            settled = says(text, expected) and UNDER_WAY not in text
            return Sight(f"#{channel.name}", text) if settled else None

        try:
            return await self.show.workspace.until(look, self._timeout_s)
        except TimeoutError:
            raise StoryBroken(_missed(user, expected, self._channel(channel))) from None

    def shown(self, user: User) -> Iterator[Message | View]:
        """What the bot shows to somebody alone: the open form, then answers, newest first."""
        form = self.show.workspace.modals.top(user.id)
        if form is not None:
            yield form
        yield from reversed(self.show.workspace.ephemerals.get(user.id, []))

    def _new(self, user: User, expected: tuple[str, ...]) -> Iterator[Sight]:
        for shown in self.shown(user):
            text = as_text(shown, self.names)
            if text != self._before.get(_key(shown)) and says(text, expected):
                yield Sight(_where(shown, user), text)

    def _screen(self, user: User) -> Iterator[tuple[str, str]]:
        return ((_key(shown), as_text(shown, self.names)) for shown in self.shown(user))

    def _channel(self, channel: Channel) -> str:
        messages = self.show.workspace.messages.get(channel.id, [])
        return "\n".join(as_text(message, self.names) for message in messages)


class Move(Protocol):
    """Something somebody does."""

    def described(self, player: Player) -> str:
        """What it looks like: `types /calls`."""

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Do it, and see what comes of it; StoryBroken when that does not say what is expected."""


@dataclass(frozen=True)
class Type:
    """A slash command, without `/calls`."""

    text: str = ""

    def described(self, player: Player) -> str:
        """The whole command."""
        return f"types  {self._line(player)}"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Send it."""
        player.mark(user)
        text = player.words(self.text)
        require_answered(await player.show.sender.command(user, player.show.stage.cast.ops, text))
        return await player.seen(user, *expected)

    def _line(self, player: Player) -> str:
        return f"/calls {player.words(self.text)}".rstrip()


@dataclass(frozen=True)
class Press:
    """A button or a menu's option, in the newest thing that has it; `near` are words beside it."""

    label: str
    near: str | None = None

    def described(self, player: Player) -> str:
        """The label, and where it is."""
        del player
        return f"presses  [{self.label}]" + (f"  beside {self.near}" if self.near else "")

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Press it."""
        player.mark(user)
        for shown in list(player.shown(user)):
            try:
                pressed = player.show.sender.press(user, shown, text=self.label, near=self.near)
                require_answered(await pressed)
            except NotShown:
                continue
            return await player.seen(user, *expected)
        raise StoryBroken(f"There is no “{self.label}” in front of {user.name}.")


@dataclass(frozen=True)
class Submit:
    """The open form, filled in."""

    values: Mapping[str, str] = field(default_factory=dict)

    def described(self, player: Player) -> str:
        """What is written into it."""
        del player
        written = ", ".join(f"{name}: {value}" for name, value in self.values.items())
        return f"fills in  {written}  and sends the form" if written else "sends the form"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Send it."""
        player.mark(user)
        form = player.show.workspace.modals.top(user.id)
        if form is None:
            raise StoryBroken(f"{user.name} has no form open.")
        require_answered(await player.show.sender.submit(user, form, self.values))
        return await player.seen(user, *expected)


@dataclass(frozen=True)
class Read:
    """The moderation channel."""

    def described(self, player: Player) -> str:
        """Which channel."""
        return f"reads  #{player.show.stage.cast.log.name}"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Look at it."""
        return await player.read(user, player.show.stage.cast.log, *expected)


@dataclass(frozen=True)
class Run:
    """A command in a terminal, in a process of its own beside the bot."""

    command: str

    def described(self, player: Player) -> str:
        """The command."""
        del player
        return f"runs  callwarden {self.command}"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Run it to its end; StoryBroken also when it fails."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *self.command.split()),
            env=player.show.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        text = (await process.communicate())[0].decode().strip()
        if process.returncode or not says(text, expected):
            raise StoryBroken(_missed(user, expected, text))
        return Sight("the terminal", text)


def require_answered(delivery: Delivery) -> None:
    """StoryBroken when Slack would show the person that the app failed them."""
    if delivery.trouble is not None:
        raise StoryBroken(f"Slack shows “{delivery.trouble}” (HTTP status {delivery.status}).")


def says(text: str, expected: tuple[str, ...]) -> bool:
    """Whether all of it is there, however the lines are broken."""
    joined = " ".join(text.split())
    return all(words in joined for words in expected)


def _key(shown: Message | View) -> str:
    return shown.id if isinstance(shown, View) else shown.ts


def _where(shown: Message | View, user: User) -> str:
    return f"{user.name}'s form" if isinstance(shown, View) else f"only {user.name} sees this"


def _missed(user: User, expected: tuple[str, ...], text: str) -> str:
    wanted = " and ".join(f"“{words}”" for words in expected)
    return f"{user.name} was to see {wanted}, and sees:\n{text}"
