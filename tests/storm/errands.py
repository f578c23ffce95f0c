"""What is ordered in a storm: no two acts on the same target, so that effects can be told."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.demo.stage import Stage
from tests.live.slash import Slash


class Target(NamedTuple):
    """What an act changes at a vendor, as the vendors' records of effects name it."""

    vendor: Vendor
    verb: str
    call: str
    person: str | None


@dataclass(frozen=True)
class Errand:
    """One order as a moderator types it, and the one effect it is to have."""

    slash: Slash
    target: Target


class Share(NamedTuple):
    """Of a hundred orders, how many go to this vendor with this verb, in calls of that size."""

    vendor: Vendor
    verb: str
    words: str
    orders: int
    people: int


SHARES = (
    Share(Vendor.STREAM, "kick", "kick {call} {person} storm", 60, 40),
    Share(Vendor.STREAM, "mute", "mute {call} {person} storm", 21, 40),
    Share(Vendor.STREAM, "record_start", "record {call} start storm", 12, 1),
    Share(Vendor.REALTIMEKIT, "kick", "kick {call} {person} storm", 5, 20),
    Share(Vendor.REALTIMEKIT, "record_start", "record {call} start storm", 2, 1),
)
"""RealtimeKit gets few: its documented rate is 10 requests a second."""


def errands(stage: Stage, hundreds: int, dice: random.Random) -> list[Errand]:
    """So many hundred different orders, in random order; their calls are opened in the world."""
    made = [errand for share in SHARES for errand in _of(share, stage, hundreds)]
    dice.shuffle(made)
    return made


def _of(share: Share, stage: Stage, hundreds: int) -> Iterator[Errand]:
    wanted = share.orders * hundreds
    calls = stage.world.crowd(share.vendor, calls=-(-wanted // share.people), people=share.people)
    about_people = "{person}" in share.words
    rooms = stage.world.servers[share.vendor].rooms
    for call in calls:
        for stay in rooms[call].here():
            person = stay.visitor.id if about_people else None
            text = share.words.format(call=f"{share.vendor}:{call}", person=person)
            slash = Slash(text, stage.slack.world.tickets.trigger("U0"), _reply_url(stage))
            yield Errand(slash, Target(share.vendor, share.verb, call, person))


def _reply_url(stage: Stage) -> str:
    workspace, cast = stage.slack.world, stage.cast
    return f"{workspace.base_url}/respond/{workspace.tickets.reply(cast.moderator.id, cast.ops.id)}"


def effects(stage: Stage) -> Iterator[Target]:
    """Everything that was really changed through the vendors' APIs."""
    for vendor, server in stage.world.servers.items():
        for effect in server.effects:
            yield Target(vendor, *effect)
