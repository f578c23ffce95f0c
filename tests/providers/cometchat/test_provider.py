"""CometChat's client against the make-believe server, and against any bytes at all."""

import json
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.models import Call
from bot.calls.verbs import End
from bot.demo.vendors import CometChatServer
from bot.errors import Impossible, NotAtVendor, VendorDenied, VendorGarbled
from bot.providers.cometchat.provider import CometChatProvider
from bot.providers.http.decode import moment
from tests.fakes.clock import START, ManualClock
from tests.providers import cometchat_setup
from tests.providers.cometchat_setup import REF, ROOM


async def test_a_listing_shows_live_calls_only(provider: CometChatProvider) -> None:
    page = await provider.list_live(limit=10)
    assert [(call.ref.id, call.people) for call in page.items] == [(ROOM, 1)]


async def test_the_invited_who_never_came_are_not_in_the_call(provider: CometChatProvider) -> None:
    page = await provider.participants(REF, limit=10)
    assert [(item.id, item.joined_at) for item in page.items] == [("ada", START)]


async def test_an_unknown_call_is_not_at_the_vendor(provider: CometChatProvider) -> None:
    with pytest.raises(NotAtVendor) as caught:
        await provider.get("nowhere")
    assert caught.value.code == "ERR_CALL_SESSION_NOT_FOUND"


async def test_a_wrong_key_is_denied_without_being_repeated(server: CometChatServer) -> None:
    with pytest.raises(VendorDenied) as caught:
        await cometchat_setup.client(server, key="wrong-key").get(ROOM)
    assert "wrong-key" not in str(caught.value)


async def test_no_act_in_a_call_is_possible_and_nothing_is_sent(
    provider: CometChatProvider, server: CometChatServer
) -> None:
    with pytest.raises(Impossible, match="only be read"):
        await provider.acts.perform(cometchat_setup.order(End()))
    assert server.requests == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "sessionId", "status", "participants", "uid", "startedAt"]),
            inner,
        )
    ),
    max_leaves=8,
)


@given(json_values)
async def test_any_json_is_a_call_or_garbled(body: object) -> None:
    answering = httpx.MockTransport(lambda _: httpx.Response(200, text=json.dumps(body)))
    provider = cometchat_setup.client(CometChatServer(ManualClock()), transport=answering)
    try:
        assert isinstance(await provider.get(ROOM), Call)
    except VendorGarbled:
        pass
    finally:
        await provider.aclose()


def test_nanoseconds_seconds_and_texts_are_one_moment() -> None:
    seconds = int(START.timestamp())
    forms = [seconds, str(seconds), seconds * 10**9, "2026-11-21T13:00:00+01:00"]
    assert {moment(form) for form in forms} == {START}
    assert moment(seconds * 10**9 + 1_000) == START + timedelta(microseconds=1)
