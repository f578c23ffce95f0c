"""A workspace in memory: who is in it, what was said, what is open, and what the app asked for."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from bot.clock import Clock
from bot.demo.slack.delivery import ACK_SECONDS
from bot.demo.slack.errors import Refused
from bot.demo.slack.modals import Modals
from bot.demo.slack.people import Channel, Group, User
from bot.demo.slack.screen import Json, Message, complete
from bot.demo.slack.slow_clock import SlowClock
from bot.demo.slack.tickets import Tickets

T = TypeVar("T")

TEAM, OTHER_TEAM = "T0CALLS", "T0ELSE"
APP, BOT_ID, BOT_USER = "A0CALLS", "B0CALLS", "U0CALLBOT"
BOT_TOKEN = "xoxb-made-up-token"
APP_TOKEN = "xapp-made-up-token"
SIGNING_SECRET = "made-up-signing-secret"
SCOPES = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:write",
        "usergroups:read",
        "users:read",
    }
)
"""What the app's manifest asks for."""


@dataclass(frozen=True)
class ApiCall:
    """One request to the Web API or to a response_url (method `respond`), and its answer."""

    method: str
    args: Json
    answer: Json


@dataclass
class Switches:
    """What this workspace is like. `charts`: False refuses data_visualization and data_table.

    `history_limited`: the app is one of those outside Slack's Marketplace that may read a channel's
    history, and a thread, once a minute, 15 messages at most (Slack's changelog, 2025-05-29).
    """

    free_plan: bool = False
    charts: bool = True
    history_limited: bool = False


@dataclass
class Credentials:
    """What the app has to show, and what it is allowed."""

    token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    signing_secret: str = SIGNING_SECRET
    scopes: frozenset[str] = field(default=SCOPES)


class Workspace:
    """The state behind the stand-in. `base_url` is where its Web API is served.

    `socket_address` makes an address for one connection, where somebody listens.

    `enterprise` is the Grid organisation it is one workspace of; `org_wide`: the app is installed
    for all of that.

    `slowness`: its seconds are so many times as long, those of an acknowledgement and of a trigger;
    `timeout_s` is how many real seconds it waits for an acknowledgement.

    Every change counts `version` up and wakes those who wait in `until`.
    """

    def __init__(
        self, clock: Clock, *, team: str = TEAM, name: str = "Acme", slowness: float = 1.0
    ) -> None:
        self.clock = clock if slowness == 1.0 else SlowClock(clock, slowness)
        self.timeout_s = ACK_SECONDS * slowness
        self.team = team
        self.enterprise: str | None = None
        self.org_wide = False
        self.name = name
        self.base_url = "http://127.0.0.1"
        self.socket_address: Callable[[], str] | None = None
        self.credentials = Credentials()
        self.switches = Switches()
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        self.ephemerals: dict[str, list[Message]] = {}
        self.calls: list[ApiCall] = []
        self.tickets = Tickets(self.clock)
        self.modals = Modals(self.tickets, self.changed)
        self.version = 0
        self._last_ts = 0
        self._waiting: list[asyncio.Future[None]] = []
        self.bot = self._settle(User(BOT_USER, "Callwarden", team, bot=True))

    def add_user(self, name: str, **traits: Any) -> User:
        """Somebody new; `traits` are fields of User. The id is `U` and the name in capitals."""
        traits = {"team": OTHER_TEAM if traits.get("stranger") else self.team, **traits}
        return self._settle(User(traits.pop("id", f"U{_key(name)}"), name, **traits))

    def add_group(self, handle: str, *users: User) -> Group:
        """A user group."""
        group = Group(f"S{_key(handle)}", handle, self.team, [user.id for user in users])
        self.groups[group.id] = group
        return group

    def add_channel(
        self, name: str, *members: User, private: bool = False, with_bot: bool = True
    ) -> Channel:
        """A channel, with the bot in it unless said otherwise."""
        people = {user.id for user in members} | ({self.bot.id} if with_bot else set())
        channel = Channel(f"C{_key(name)}", name, people, private=private)
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str) -> Channel:
        """The direct message between the bot and somebody; Refused when Slack knows nobody."""
        if user not in self.users:
            raise Refused("user_not_found")
        name = f"D{user[1:]}"
        known = Channel(name, name, {user, self.bot.id}, private=True, partner=user)
        return self.channels.setdefault(name, known)

    def post(self, channel: str, text: str, blocks: list[Json], **more: Any) -> Message:
        """Write a message, by the bot unless `more` names another `user`; see Message."""
        ts = self._next_ts()
        blocks = complete(blocks, ts)
        author = more.pop("user", self.bot.id)
        message = Message(channel, ts, author, text, blocks, **more)
        kept, key = (
            (self.messages, channel) if message.to is None else (self.ephemerals, message.to)
        )
        kept.setdefault(key, []).append(message)
        self.changed()
        return message

    def edit(self, message: Message, text: str, blocks: list[Json] | None) -> None:
        """Write over a message; None keeps its blocks."""
        message.text = text
        if blocks is not None:
            message.blocks = complete(blocks, self._next_ts())
        message.edited = {"user": message.user, "ts": self._next_ts()}
        self.changed()

    def delete(self, message: Message) -> None:
        """Take a message away."""
        message.deleted = True
        for kept in (self.messages, self.ephemerals):
            for messages in kept.values():
                if message in messages:
                    messages.remove(message)
        self.changed()

    def find(self, channel: str, ts: str) -> Message | None:
        """A message that all can see."""
        return next((each for each in self.messages.get(channel, []) if each.ts == ts), None)

    def seen_by(self, user: str) -> Iterator[Message]:
        """Every message in front of somebody, oldest first: their channels' and their own."""
        mine = [
            message
            for channel in self.channels.values()
            if user in channel.members
            for message in self.messages.get(channel.id, [])
        ]
        yield from sorted((*mine, *self.ephemerals.get(user, [])), key=lambda each: each.ts)

    def latest(self, user: str) -> Message:
        """The newest message in front of somebody; LookupError when there is none."""
        seen = list(self.seen_by(user))
        if not seen:
            raise LookupError(f"{user} sees no message")
        return seen[-1]

    def asked(self, method: str) -> list[ApiCall]:
        """The requests to one method so far."""
        return [call for call in self.calls if call.method == method]

    def note(self, call: ApiCall) -> None:
        """Write down what the app asked for."""
        self.calls.append(call)
        self.changed()

    def changed(self) -> None:
        """Wake everybody who waits for something to be shown."""
        self.version += 1
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, predicate: Callable[[], T | None], seconds: float = 30.0) -> T:
        """What `predicate` returns once it is true; it is asked again after every change.

        TimeoutError after that many real seconds.
        """
        async with asyncio.timeout(seconds):
            while not (found := predicate()):
                waiter = asyncio.get_running_loop().create_future()
                self._waiting.append(waiter)
                await waiter
        return found

    def _settle(self, user: User) -> User:
        if user.id in self.users:
            raise ValueError(f"{user.id} is taken")
        self.users[user.id] = user
        return user

    def _next_ts(self) -> str:
        now = self.clock.now()
        exact = int(now.timestamp()) * 1_000_000 + now.microsecond
        self._last_ts = max(exact, self._last_ts + 1)
        whole = timedelta(microseconds=self._last_ts)
        return f"{whole // timedelta(seconds=1)}.{whole.microseconds:06d}"


def _key(name: str) -> str:
    return "".join(sign for sign in name.upper() if sign.isascii() and sign.isalnum())
