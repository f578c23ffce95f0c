"""RealtimeKit refuses, is busy, or does not say whether it did what was asked."""

import httpx
import pytest

from bot.calls.models import Call
from bot.calls.outcomes import Seen
from bot.calls.verbs import (
    End,
    Kick,
    LiveStart,
    RecordStart,
    RtmpStart,
    Verb,
)
from bot.demo.vendors import AppTransport, RealtimeKitServer
from bot.errors import (
    AnswerLost,
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorFault,
    VendorGarbled,
)
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.providers.realtimekit_setup import client, order, person


async def test_the_gateways_refusal_and_the_products_are_both_understood(
    server: RealtimeKitServer, provider: RealtimeKitProvider
) -> None:
    with pytest.raises(VendorDenied, match="Authentication error") as denied:
        await client(server, token="wrong-and-as-long-as-a-token-of-theirs").list_live(limit=1)
    assert denied.value.code == "10000"
    with pytest.raises(NotAtVendor, match="Meeting not found") as missing:
        await provider.get("nowhere")
    assert missing.value.code == "404"


@pytest.mark.parametrize("after", [False, True])
async def test_a_kick_whose_answer_was_lost_is_not_sent_again(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, *, after: bool
) -> None:
    act = order(Kick(), call, await person(provider, call, "ben"))
    server.faults.drop(on="/kick", after=after)
    with pytest.raises(AnswerLost):
        await provider.acts.perform(act)
    assert sum(seen.path.endswith("/kick") for seen in server.requests) == 1
    assert (await provider.acts.observe(act)).seen is (Seen.DONE if after else Seen.NOT_DONE)


class LosesAnswers(AppTransport):
    """A line that breaks after every POST has been carried out."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if request.method == "POST":
            raise httpx.ReadError("the line broke", request=request)
        return answer


@pytest.mark.parametrize("verb", [End(), RecordStart(), RtmpStart(to="tube"), LiveStart()])
async def test_what_would_count_twice_is_sent_once_and_found_when_its_answer_was_lost(
    server: RealtimeKitServer, call: Call, verb: Verb
) -> None:
    broken = client(server, transport=LosesAnswers(server.app))
    with pytest.raises(AnswerLost):
        await broken.acts.perform(order(verb, call))
    assert sum(seen.method == "POST" for seen in server.requests) == 1
    assert (await broken.acts.observe(order(verb, call))).seen is Seen.DONE
    await broken.aclose()


async def test_a_failed_kick_is_not_sent_again_and_a_busy_one_is(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(Kick(), call, await person(provider, call, "ben"))
    server.faults.error(500, on="/kick")
    with pytest.raises(VendorFault):
        await provider.acts.perform(act)
    server.faults.limit(0, on="/kick")
    await provider.acts.perform(act)
    assert sum(seen.path.endswith("/kick") for seen in server.requests) == 3


async def test_a_vendor_that_stays_busy_says_for_how_long(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    server.faults.limit(60, times=None)
    with pytest.raises(VendorBusy) as caught:
        await provider.list_live(limit=1)
    assert caught.value.retry_after == 60


async def test_an_act_answered_by_a_web_page_is_in_doubt(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.html(on="/kick-all")
    with pytest.raises(VendorGarbled):
        await provider.acts.perform(order(End(), call))
