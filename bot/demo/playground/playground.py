"""Everything on the playground: a stage, the bot before it, and what somebody at the page does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.calls.actors import Actor
from bot.calls.models import Vendor
from bot.clock import Clock, SystemClock
from bot.demo.playground.bot_process import BotProcess
from bot.demo.playground.faults import FaultSwitches
from bot.demo.playground.traffic import Traffic
from bot.demo.playground.tutorial import STEPS
from bot.demo.serving import loopback
from bot.demo.slack.control_finder import Pick
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.people import Channel, User
from bot.demo.slack.screen import Shown, View
from bot.demo.slack.sender import Sender
from bot.demo.stage import Stage, open_stage
from bot.demo.vendors import KeptOut, Visitor
from bot.digests.subscription import Wish
from bot.store import open_store
from bot.store.migrate import migrate

RAIDERS = 40
"""Strangers who join one call when somebody presses the raid button."""

SLOWEST, FASTEST = 0.0, 10.0
"""Happenings a second in the world: at 0 it stands still."""


@dataclass
class Playground:
    """One newcomer's playground. `pace` is how many things happen in the world each second.

    `subscription` is the digest that the lead has for #digest.
    """

    stage: Stage
    program: BotProcess
    sender: Sender
    switches: FaultSwitches
    clock: Clock
    subscription: int
    pace: float = 0.5
    traffic: Traffic = field(default_factory=Traffic)
    ticked: set[int] = field(default_factory=set)
    _noted: int = 0
    _raids: int = 0

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels one can be in."""
        return (self.stage.cast.ops, self.stage.cast.log, self.stage.cast.digest)

    @property
    def people(self) -> tuple[User, ...]:
        """Who one can be."""
        cast = self.stage.cast
        return (cast.moderator, cast.lead, cast.viewer, cast.guest, cast.stranger)

    async def command(self, user: User, channel: Channel, text: str) -> Delivery:
        """Type `/calls` and `text`."""
        return await self._deliver(self.sender.command(user, channel, text))

    async def use(self, user: User, shown: Shown, pick: Pick) -> Delivery:
        """Press a button or choose from a menu."""
        return await self._deliver(self.sender.use(user, shown, pick))

    async def submit(self, user: User, view: View, values: Mapping[str, Any]) -> Delivery:
        """Send a form, filled in by block_id; NotShown when a field that must not be empty is."""
        return await self._deliver(self.sender.submit(user, view, values))

    async def suggest(self, user: User, shown: Shown, action_id: str, typed: str) -> Delivery:
        """Type into a menu whose options the bot looks up."""
        return await self._deliver(self.sender.suggest(user, shown, action_id, typed), once=True)

    async def shortcut(self, user: User, callback_id: str) -> Delivery:
        """Use a global shortcut."""
        return await self._deliver(self.sender.shortcut(user, callback_id))

    async def home(self, user: User) -> Delivery:
        """Open the app's Home tab."""
        return await self._deliver(self.sender.app_home_opened(user))

    async def close(self, user: User, view: View, *, all_of_them: bool) -> None:
        """Close a form; `all_of_them` is the cross."""
        delivery = await self.sender.close(user, view, all_of_them=all_of_them)
        if delivery is not None:
            self.traffic.delivered(delivery, self.clock.now())

    async def kill(self) -> None:
        """Kill the bot without warning."""
        await self.program.kill()

    async def restart(self) -> None:
        """Start the bot again, on the same port with the same database."""
        await self.program.stop()
        await self.program.start()

    def raid(self, vendor: Vendor, call: str) -> int:
        """Let 40 strangers join a call; how many got in."""
        self._raids += 1
        server = self.stage.world.servers[vendor]
        came = 0
        for number in range(RAIDERS):
            name = f"raider-{self._raids}-{number:02}"
            with contextlib.suppress(KeptOut):
                server.join(call, Visitor(name, f"Stranger {number + 1}"))
                came += 1
        return came

    def look(self) -> None:
        """Note what the bot asked Slack since the last look, and tick off what was learnt."""
        calls = self.stage.slack.world.calls
        for call in calls[self._noted :]:
            self.traffic.called(call, self.clock.now())
        self._noted = len(calls)
        self.ticked |= {
            number
            for number, step in enumerate(STEPS)
            if number not in self.ticked and step.done(self.stage)
        }

    async def live(self) -> None:
        """Let things happen in the world, at its pace, until cancelled."""
        while True:
            await self.clock.sleep(1 / self.pace if self.pace else 1)
            if self.pace:
                self.stage.world.tick()

    async def _deliver(self, sending: Awaitable[Delivery], *, once: bool = False) -> Delivery:
        delivery = await sending
        self.traffic.delivered(delivery, self.clock.now())
        if self.switches.twice and not once:
            self.traffic.delivered(await self.sender.redeliver(delivery), self.clock.now())
        return delivery


@asynccontextmanager
async def open_playground(
    folder: Path, *, seed: int = 2026, pace: float = 0.5, slowness: float = 1.0
) -> AsyncIterator[Playground]:
    """A new playground with its files in `folder`; nothing of it runs on when the context ends.

    `slowness` is its Slack's.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(open_stage(clock, seed=seed, slowness=slowness))
        config = folder / "callwarden.toml"
        config.write_text(stage.cast.rules(), encoding="utf-8")
        environ = {
            **stage.environ,
            "DATABASE_URL": f"sqlite:///{folder / 'callwarden.db'}",
            "CALLWARDEN_CONFIG": str(config),
        }
        subscription = await _subscribe(environ["DATABASE_URL"], stage, clock)
        program = BotProcess(environ, folder / "bot.log")
        stack.push_async_callback(program.stop)
        await program.start()
        client = await stack.enter_async_context(loopback(program.url))
        sender = Sender(stage.slack.world, client)
        playground = Playground(
            stage, program, sender, FaultSwitches(stage), clock, subscription, pace
        )
        living = asyncio.create_task(playground.live())
        stack.callback(living.cancel)
        yield playground


async def _subscribe(database: str, stage: Stage, clock: Clock) -> int:
    """Set up the lead's digest before the bot starts; its number."""
    await migrate(database)
    lead = stage.cast.lead
    async with open_store(database, clock) as store:
        wish = Wish(channel=stage.cast.digest.id)
        by = Actor(user=lead.id, team=lead.team)
        made = await store.set_up(wish, by, "the lead's digest", clock.now())
    return made.subscription.id
