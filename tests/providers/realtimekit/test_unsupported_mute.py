"""An account without RealtimeKit's mute: told from a call that is over, said, and tried again."""

from datetime import timedelta

import httpx
import pytest

from bot.calls.capabilities import Capability, Enforcement, Reach
from bot.calls.models import Call
from bot.calls.verbs import Kick, Mute, Silence, Verb
from bot.demo.vendors import AppTransport, RealtimeKitServer
from bot.errors import Impossible, NotAtVendor
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.fakes.clock import ManualClock
from tests.providers.realtimekit_setup import ADA, BEN, client, order, person

GONE = "This RealtimeKit account has no such operation"


class OneMissing(AppTransport):
    """An account that lacks one of the two operations."""

    def __init__(self, server: RealtimeKitServer, missing: str) -> None:
        super().__init__(server.app)
        self._missing = f"/active-session/{missing}"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(self._missing):
            return httpx.Response(404, json={"success": False, "error": {"code": 404}})
        return await super().handle_async_request(request)


def without_mute() -> RealtimeKitServer:
    server = RealtimeKitServer(ManualClock(), has_mute=False)
    room = server.open("clinic", "Clinic")
    for visitor in (ADA, BEN):
        server.join(room.id, visitor)
    return server


def states(provider: RealtimeKitProvider) -> list[Capability]:
    return [provider.capabilities[name] for name in ("mute", "silence")]


async def test_mute_is_offered_without_any_setting(provider: RealtimeKitProvider) -> None:
    for state in states(provider):
        assert (state.level, state.instead) == (Enforcement.BEST_EFFORT, "kick")
    assert "when it is first used" in await provider.probe()


async def test_an_account_without_mute_is_found_out_said_and_asked_again_later() -> None:
    server = without_mute()
    provider = client(server)
    call = (await provider.list_live(limit=1)).items[0]
    named = order(Mute(), call, await person(provider, call, "ada"))
    with pytest.raises(Impossible, match=GONE):
        await provider.acts.perform(named)
    assert provider.capabilities["mute"].aims is Reach.EVERYONE
    with pytest.raises(Impossible, match=GONE):
        await provider.acts.perform(order(Silence(), call, everyone=True))
    for state in states(provider):
        assert (state.possible, state.instead, GONE in state.why) == (False, "kick", True)
    assert GONE in await provider.probe()
    asked = len(server.requests)
    with pytest.raises(Impossible, match=GONE):
        await provider.acts.perform(named)
    assert len(server.requests) == asked
    await provider.acts.perform(order(Kick(), call, named.people[0]))
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(timedelta(hours=1).total_seconds())
    assert all(capability.possible for capability in states(provider))
    await provider.aclose()


@pytest.mark.parametrize(
    ("missing", "aims", "verb"),
    [("mute", Reach.EVERYONE, Mute()), ("mute-all", Reach.NAMED, Silence())],
)
async def test_one_missing_operation_leaves_the_other(
    server: RealtimeKitServer, call: Call, missing: str, aims: Reach, verb: Verb
) -> None:
    provider = client(server, transport=OneMissing(server, missing))
    ada = await person(provider, call, "ada")
    everyone = missing == "mute-all"
    with pytest.raises(Impossible, match=f"{missing} answered 404"):
        await provider.acts.perform(
            order(verb, call, *(() if everyone else (ada,)), everyone=everyone)
        )
    mute = provider.capabilities["mute"]
    assert (mute.level, mute.aims) == (Enforcement.BEST_EFFORT, aims)
    assert provider.capabilities["silence"].possible is not everyone
    await provider.acts.perform(
        order(Mute(), call, *((ada,) if everyone else ()), everyone=not everyone)
    )
    assert server.effects
    await provider.aclose()


@pytest.mark.parametrize("everyone", [False, True])
async def test_a_404_of_a_call_that_is_over_says_nothing_of_the_account(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, *, everyone: bool
) -> None:
    ref = call.ref.model_copy(update={"session": None})
    over = call.model_copy(update={"ref": ref})
    ada = await person(provider, call, "ada")
    server.rooms[call.ref.id].close(server.clock.now())
    with pytest.raises(NotAtVendor):
        await provider.acts.perform(
            order(Mute(), over, *(() if everyone else (ada,)), everyone=everyone)
        )
    assert all(state.possible for state in states(provider))


async def test_a_404_for_somebody_who_left_says_nothing_of_the_account(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    ada = await person(provider, call, "ada")
    server.leave(call.ref.id, "ada")
    with pytest.raises(NotAtVendor):
        await provider.acts.perform(order(Mute(), call, ada))
    assert all(state.possible for state in states(provider))
