"""What is ordered in a storm: each act once on a target, so that effects can be told."""

import random
from collections.abc import Iterator, Sequence
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
class StormOrder:
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


def storm_orders(stage: Stage, hundreds: int, dice: random.Random) -> list[StormOrder]:
    """So many hundred different orders, in random order; their calls are opened in the world."""
    made = [errand for share in SHARES for errand in _of(share, stage, hundreds)]
    dice.shuffle(made)
    return made


def _of(share: Share, stage: Stage, hundreds: int) -> Iterator[StormOrder]:
    wanted = share.orders * hundreds
    calls = stage.world.crowd(share.vendor, calls=-(-wanted // share.people), people=share.people)
    about_people = "{person}" in share.words
    rooms = stage.world.servers[share.vendor].rooms
    for call in calls:
        for stay in rooms[call].here():
            person = stay.visitor.id if about_people else None
            yield _errand(stage, share.words, Target(share.vendor, share.verb, call, person))


def _errand(stage: Stage, words: str, target: Target) -> StormOrder:
    text = words.format(call=f"{target.vendor}:{target.call}", person=target.person)
    return StormOrder(
        Slash(text, stage.slack.world.tickets.trigger("U0"), _reply_url(stage)), target
    )


def _reply_url(stage: Stage) -> str:
    workspace, cast = stage.slack.world, stage.cast
    return f"{workspace.base_url}/respond/{workspace.tickets.reply(cast.moderator.id, cast.ops.id)}"


class Pair(NamedTuple):
    """Two orders that undo each other, as they are given."""

    first: StormOrder
    second: StormOrder


PAIRS = (
    ("record_start", "record {call} start storm", "record_stop", "record {call} stop storm"),
    ("silence", "silence {call} {person} storm", "unsilence", "unsilence {call} {person} storm"),
    ("captions_start", "captions {call} start", "captions_stop", "captions {call} stop"),
)
"""What turns something on, and what turns it off. Who is blocked is asked for in a form."""

OFF = {off: on for on, _, off, _ in PAIRS}
"""What turns something off, and what had turned it on."""


def opposing(stage: Stage, pairs: int, dice: random.Random) -> list[Pair]:
    """So many pairs, each about a person or a call of its own."""
    made = []
    for call in stage.world.crowd(Vendor.STREAM, calls=pairs, people=2):
        on, on_words, off, off_words = dice.choice(PAIRS)
        person = stage.world.stream.rooms[call].here()[0].visitor.id
        about = person if "{person}" in on_words else None
        words = ((on, on_words), (off, off_words))
        made.append(
            Pair(
                *(
                    _errand(stage, typed, Target(Vendor.STREAM, verb, call, about))
                    for verb, typed in words
                )
            )
        )
    return made


def is_on(stage: Stage, target: Target) -> bool:
    """Whether at the vendor a call is recorded or captioned, or somebody is silenced."""
    room, person = stage.world.stream.rooms[target.call], target.person
    if person is not None:
        return room.permissions.get(person, {}).get("send-audio") is False
    return bool(room.recording) if target.verb.startswith("record") else room.captioning


_OF_A_PAIR = {"revoke": "silence", "grant": "unsilence"}


def effects(stage: Stage, pairs: Sequence[Pair] = ()) -> Iterator[Target]:
    """Everything that was really changed through the vendors' APIs.

    Of a silence and its end, which are several changes each, one; a silence mutes beside.
    """
    opposed = {pair.first.target.call for pair in pairs}
    for vendor, server in stage.world.servers.items():
        changed = [effect for effect in server.effects if effect.verb not in _OF_A_PAIR]
        changed += dict.fromkeys(effect for effect in server.effects if effect.verb in _OF_A_PAIR)
        for verb, call, person in changed:
            if verb != "mute" or call not in opposed:
                yield Target(vendor, _OF_A_PAIR.get(verb, verb), call, person)
