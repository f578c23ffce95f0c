"""Answers that do not end: cursors, pages that repeat, 100 MB; and ids with a slash in them."""

import json
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from bot.calls.models import CallRef, Vendor
from bot.calls.reports import FileKind
from bot.demo.vendors import CometChatServer, RealtimeKitServer, StreamServer
from bot.errors import CallwardenError, VendorGarbled
from bot.ports import CallProvider
from bot.providers.http.client import Deadlines
from bot.providers.http.salvage import LARGEST
from tests.fakes.clock import ManualClock
from tests.providers import cometchat_setup, realtimekit_setup, stream_setup
from tests.providers.http.test_decode import COMET_CALL, KIT_ITEM, REFS, STREAM

MOST = 250
"""Requests after which a reading would have been for ever."""

CHUNK = 64 * 1024
HUNDRED_MEGABYTES = 100 * 1024 * 1024

Page = Callable[[Vendor, int], Any]


def client(
    vendor: Vendor,
    answer: Callable[[httpx.Request], httpx.Response],
    deadlines: Deadlines | None = None,
) -> CallProvider:
    """A client of a vendor that answers so."""
    transport = httpx.MockTransport(answer)
    if vendor is Vendor.STREAM:
        server = StreamServer(ManualClock())
        return stream_setup.client(server, transport=transport, deadlines=deadlines)
    if vendor is Vendor.REALTIMEKIT:
        kit = RealtimeKitServer(ManualClock())
        return realtimekit_setup.client(kit, transport=transport, deadlines=deadlines)
    comet = CometChatServer(ManualClock())
    return cometchat_setup.client(comet, transport=transport, deadlines=deadlines)


def further(vendor: Vendor, number: int) -> Any:
    """A page that promises another one, each time with a new cursor."""
    if vendor is Vendor.STREAM:
        return {**STREAM, "next": f"cursor-{number}", "total_participants": 10**9}
    if vendor is Vendor.REALTIMEKIT:
        items = {"sessions": [KIT_ITEM], "participants": [KIT_ITEM]}
        return {
            "success": True,
            "data": {**KIT_ITEM, **items},
            "paging": {"total_count": 10**9, "end_offset": number},
        }
    pages = {"total": 10**9, "current_page": number, "total_pages": 10**9}
    return {"data": [COMET_CALL], "meta": {"pagination": pages}}


def the_same(vendor: Vendor, number: int) -> Any:
    """The first page again and again, which promises another one."""
    del number
    return further(vendor, 1)


READS: dict[str, Callable[[CallProvider, CallRef], Awaitable[object]]] = {
    "list": lambda vendor, _: vendor.list_live(limit=100),
    "participants": lambda vendor, ref: vendor.participants(ref, limit=100),
    "find": lambda vendor, _: vendor.find("ann"),
    "files": lambda vendor, ref: vendor.reports.files(ref, frozenset(FileKind)),
    "quality": lambda vendor, ref: vendor.reports.quality(ref),
    "feedback": lambda vendor, ref: vendor.reports.feedback(ref),
    "members": lambda vendor, ref: vendor.reports.members(ref),
    "rooms": lambda vendor, _: vendor.reports.rooms(),
}


@pytest.mark.parametrize("page", [further, the_same])
@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("vendor", Vendor)
async def test_pages_without_end_are_not_followed_for_ever(
    vendor: Vendor, read: str, page: Page
) -> None:
    asked = 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        assert asked <= MOST, "it goes on for ever"
        return httpx.Response(200, text=json.dumps(page(vendor, asked)))

    one = client(vendor, answer)
    with suppress(CallwardenError):
        await READS[read](one, REFS[vendor])
    await one.aclose()


@pytest.mark.parametrize("vendor", Vendor)
async def test_an_answer_of_a_hundred_megabytes_is_left_after_eight(vendor: Vendor) -> None:
    served = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal served
        while served < HUNDRED_MEGABYTES:
            served += CHUNK
            yield b" " * CHUNK

    slowed = Deadlines(read=60)  # by what counts the memory
    one = client(vendor, lambda _: httpx.Response(200, content=body()), slowed)
    tracemalloc.start()
    with pytest.raises(VendorGarbled, match="cannot be read"):
        await one.list_live(limit=100)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert served <= LARGEST + 2 * CHUNK
    assert peak < 4 * LARGEST
    await one.aclose()


@pytest.mark.parametrize("strange", ["default:a/../b", "a/b", "a?b=c#d", "a:b:c", "%2e%2e/x", " "])
@pytest.mark.parametrize("vendor", Vendor)
async def test_a_strange_id_stays_one_part_of_the_path(vendor: Vendor, strange: str) -> None:
    """Whoever makes the id cannot lead the request to another resource of the vendor."""

    async def asked(call_id: str) -> list[str]:
        paths: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            path, _, query = request.url.raw_path.decode().partition("?")
            paths.append(path)
            assert "=c" not in query
            return httpx.Response(404, text="{}")

        one = client(vendor, answer)
        with suppress(CallwardenError):
            await one.get(call_id)
        await one.aclose()
        return paths

    usual, odd = await asked(REFS[vendor].id), await asked(strange)
    assert usual
    assert {path.count("/") for path in odd} <= {path.count("/") for path in usual}
    assert not any("/.." in path for path in odd)
