"""A make-believe world: three vendors, one population, rooms that people come to and leave."""

import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.demo.history import past_of
from bot.demo.seed import CREW, PEOPLE, SCENES, Scene
from bot.demo.vendors import (
    CometChatServer,
    KeptOut,
    RealtimeKitServer,
    StreamServer,
    Visitor,
)
from bot.demo.vendors.base import VendorServer
from bot.demo.vendors.realtimekit.state import made_id

FEWEST = 2
"""Nobody leaves of their own will when only so many are left, so that no room dies of boredom."""


class Happening(NamedTuple):
    """What somebody did on their own: `what` is joined, left, spoke, muted or kept out."""

    vendor: Vendor
    call: str
    person: str
    what: str


class World:
    """Three vendor servers that share one population; everything random comes from `seed`.

    Each remembers sixty days, made when somebody first asks.

    Calls are named by the ids the vendors' moderation paths take, people by the app's own ids.
    """

    def __init__(self, clock: Clock, seed: int = 2026) -> None:
        self.stream = StreamServer(clock)
        self.realtimekit = RealtimeKitServer(clock)
        self.cometchat = CometChatServer(clock)
        for vendor, server in self.servers.items():
            server.past = past_of(vendor, clock, seed)
        self.people = {visitor.id: visitor for visitor in (*PEOPLE, *CREW)}
        self._dice = random.Random(seed)
        self._scenes = {self._stage(scene): scene for scene in SCENES}
        consult = made_id("meeting", "telehealth-consult")
        self.realtimekit.send_out(consult, "rtmps://archive.example/consult")

    @property
    def servers(self) -> Mapping[Vendor, VendorServer[Any]]:
        """The server of each vendor."""
        return {
            Vendor.STREAM: self.stream,
            Vendor.REALTIMEKIT: self.realtimekit,
            Vendor.COMETCHAT: self.cometchat,
        }

    def join(self, vendor: Vendor, call: str, person: str) -> None:
        """Somebody of the population enters; KeptOut when the vendor does not let them."""
        self.servers[vendor].join(call, self.people[person])

    def leave(self, vendor: Vendor, call: str, person: str) -> None:
        """Somebody goes."""
        self.servers[vendor].leave(call, person)

    def talk(self, vendor: Vendor, call: str, person: str) -> None:
        """Somebody speaks, unmuting themselves if need be."""
        self.servers[vendor].talk(call, person)

    def mute_self(self, vendor: Vendor, call: str, person: str) -> None:
        """Somebody turns their own microphone off."""
        self.servers[vendor].mute_self(call, person)

    def tick(self) -> Happening:
        """One person does one thing in one room."""
        (vendor, call), scene = self._dice.choice(list(self._scenes.items()))
        here = [stay.visitor.id for stay in self.servers[vendor].rooms[call].here()]
        away = [who for who in (*scene.here, *scene.regulars) if who not in here]
        deeds = [self._come] if away else []
        if here:
            deeds += [self._speak, self._fall_silent]
        if len(here) > FEWEST:
            deeds.append(self._go)
        deed: Callable[..., str] = self._dice.choice(deeds)
        person = self._dice.choice(away if deed == self._come else here)
        return Happening(vendor, call, person, deed(vendor, call, person))

    def crowd(self, vendor: Vendor, *, calls: int, people: int) -> list[str]:
        """Open that many more calls with that many people in each; their ids."""
        server = self.servers[vendor]
        made = []
        for number in range(len(server.rooms), len(server.rooms) + calls):
            room = server.open(f"default:crowd-{number:05}", f"Crowd {number}")
            for place in range(people):
                server.join(room.id, Visitor(f"p{number:05}-{place:03}", f"Person {place}"))
            made.append(room.id)
        return made

    def _stage(self, scene: Scene) -> tuple[Vendor, str]:
        if scene.one_to_one:
            call: str = self.cometchat.ring(scene.id, scene.title, *scene.here).id
        elif scene.vendor is Vendor.STREAM:
            call = self.stream.stage(
                scene.id, scene.title, scene.speakers, backstage=scene.backstage
            ).id
        else:
            call = self.servers[scene.vendor].open(scene.id, scene.title).id
        for person in scene.here:
            self.join(scene.vendor, call, person)
        self.talk(scene.vendor, call, scene.here[0])
        return scene.vendor, call

    def _come(self, vendor: Vendor, call: str, person: str) -> str:
        try:
            self.join(vendor, call, person)
        except KeptOut:
            return "kept out"
        return "joined"

    def _go(self, vendor: Vendor, call: str, person: str) -> str:
        self.leave(vendor, call, person)
        return "left"

    def _speak(self, vendor: Vendor, call: str, person: str) -> str:
        self.talk(vendor, call, person)
        return "spoke"

    def _fall_silent(self, vendor: Vendor, call: str, person: str) -> str:
        self.mute_self(vendor, call, person)
        return "muted"
