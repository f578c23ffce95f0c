"""What a vendor says yes to although it was so before is told as that, on every vendor."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import pytest

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.outcomes import State
from bot.calls.verbs import (
    GroupBan,
    GroupRemove,
    GroupUnban,
    Kick,
    LiveStop,
    Lock,
    MemberRemove,
    Mute,
    RecordStop,
    RtmpStop,
    Silence,
    Unblock,
    Unlock,
    Verb,
)
from bot.demo.vendors.base import VendorServer
from bot.moderation.performer import ActPerformer
from bot.ports import CallProvider
from tests.fakes.clock import START, ManualClock
from tests.providers import cometchat_setup, realtimekit_setup, stream_setup


class Kind(NamedTuple):
    """A vendor with a call, and the verbs it says yes to in vain, or refuses since it is so."""

    provider: CallProvider
    order: Callable[..., Act]


async def stream() -> Kind:
    provider = stream_setup.client(stream_setup.standup(ManualClock()))
    return Kind(provider, lambda verb, *ids: stream_setup.order(verb, *people(ids)))


async def comet() -> Kind:
    return Kind(cometchat_setup.client(cometchat_setup.support()), cometchat_setup.order)


async def kit() -> Kind:
    provider = realtimekit_setup.client(realtimekit_setup.clinic())
    (call,) = (await provider.list_live(limit=5)).items
    return Kind(provider, lambda verb, *ids: realtimekit_setup.order(verb, call, *people(ids)))


def people(ids: Sequence[str]) -> list[Person]:
    """Those of these ids."""
    return [Person(id=id_) for id_ in ids]


Maker = Callable[[], Awaitable[Kind]]

CASES: list[tuple[Maker, Verb, str | None]] = [
    (stream, Unblock(), "zoe"),
    (stream, MemberRemove(), "zoe"),
    (stream, Unlock(), None),
    (stream, RecordStop(), None),
    (stream, LiveStop(), None),
    (stream, RtmpStop(to="tv"), None),
    (kit, MemberRemove(), "zoe"),
    (kit, Unlock(), None),
    (kit, RecordStop(), None),
    (kit, LiveStop(), None),
    (comet, GroupUnban(), "zoe"),
    (comet, GroupRemove(), "zoe"),
]


async def carried(kind: Kind, verb: Verb, who: str | None) -> State:
    act = kind.order(verb, *(() if who is None else (who,)))
    case = Case(number=1, act=act, actor=Actor(user="U1", team="T1"), attempt=1, asked_at=START)
    (result,) = await ActPerformer(kind.provider, ManualClock()).perform_act(case)
    assert result.evidence
    return result.state


def named(thing: object) -> str:
    """What a case is about, for its id."""
    return thing.name if isinstance(thing, Verb) else str(getattr(thing, "__name__", thing))


@pytest.mark.parametrize(("of", "verb", "who"), CASES, ids=named)
async def test_what_was_so_before_is_told_as_that(of: Maker, verb: Verb, who: str | None) -> None:
    assert await carried(await of(), verb, who) is State.ALREADY


@pytest.mark.parametrize(
    ("of", "verb", "who"), [(kit, Lock(), None), (comet, GroupBan(), "ada")], ids=named
)
async def test_the_second_time_it_is_so_already(of: Maker, verb: Verb, who: str | None) -> None:
    kind = await of()
    assert await carried(kind, verb, who) is State.CONFIRMED
    assert await carried(kind, verb, who) is State.ALREADY


@pytest.mark.parametrize("verb", [Mute(), Silence(), Kick()], ids=named)
@pytest.mark.parametrize("spared", [("ada", "ben"), ()], ids=["all-spared", "empty"])
async def test_everyone_who_is_nobody_is_never_confirmed_on_stream(
    verb: Verb, spared: tuple[str, ...]
) -> None:
    server = stream_setup.standup(ManualClock())
    if not spared:
        server.leave(stream_setup.CID, "ada")
        server.leave(stream_setup.CID, "ben")
    act = stream_setup.order(verb, everyone=True, spared=tuple(people(spared)))
    await of_nobody(stream_setup.client(server), act, server)


@pytest.mark.parametrize("verb", [Mute(), Kick()], ids=named)
async def test_everyone_who_is_nobody_is_never_confirmed_on_realtimekit(verb: Verb) -> None:
    server = realtimekit_setup.clinic()
    provider = realtimekit_setup.client(server)
    (call,) = (await provider.list_live(limit=5)).items
    there = (await provider.participants(call.ref, limit=5)).items
    spared = tuple(map(Person.of, there))
    await of_nobody(
        provider, realtimekit_setup.order(verb, call, everyone=True, spared=spared), server
    )


async def of_nobody(provider: CallProvider, act: Act, server: VendorServer[Any]) -> None:
    case = Case(number=1, act=act, actor=Actor(user="U1", team="T1"), attempt=1, asked_at=START)
    (result,) = await ActPerformer(provider, ManualClock()).perform_act(case)
    assert (result.state, result.person) == (State.ALREADY, None)
    assert "nothing was sent" in result.evidence
    assert server.effects == []
