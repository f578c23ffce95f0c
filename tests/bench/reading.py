"""Reading 1,000 calls of 10 people each from Stream, against only receiving the same bytes."""

import json
import tempfile
import time
from functools import partial
from pathlib import Path

import httpx
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.demo.vendors import AppTransport, StreamServer, Visitor
from bot.providers.http.client import Deadlines, HttpClient
from bot.providers.stream.provider import StreamProvider, stream
from tests.bench.figure import ROUNDS, Figure
from tests.bench.processes import Processes
from tests.live.process import Program

CALLS, PEOPLE, PAGE = 1_000, 10, 100
PATIENT = Deadlines(read=60, act=60)
READS = 3
"""How often all of it is read in each half of a round; the quickest counts."""


async def reading(_: Processes) -> list[Figure]:
    """The figure of decoding every page of the listing to calls, against only receiving it."""
    with tempfile.TemporaryDirectory() as folder:
        await _fill(Path(folder))
        program = await Program.start(
            "tests.bench.file_server", folder, environ={}, log=Path(folder) / "file_server.log"
        )
        try:
            url = (await program.line()).strip()
            ratios = [await _ours(url) / await _bare(url) for _ in range(ROUNDS)]
        finally:
            program.kill()
        await program.ended()
    return [Figure.of("1,000 Stream calls of 10 people / the same bytes", ratios, 4.0)]


async def _fill(folder: Path) -> None:
    """The pages as the make-believe Stream writes them, each naming the number of the next."""
    server = StreamServer(SystemClock())
    for number in range(CALLS):
        call = server.open(f"default:crowd-{number:04}", f"Crowd {number}")
        for place in range(PEOPLE):
            server.join(call.id, Visitor(f"p{number:04}-{place}", f"Person {place}"))
    transport = AppTransport(server.app)
    auth = await _headers(server)
    async with httpx.AsyncClient(transport=transport, base_url="http://stream.test") as client:
        cursor, last = None, CALLS // PAGE - 1
        for number in range(CALLS // PAGE):
            body = {"filter_conditions": {"ongoing": True}, "limit": PAGE}
            body |= {"next": cursor} if cursor else {}
            answer = await client.post(
                "/api/v2/video/calls", params={"api_key": server.api_key}, headers=auth, json=body
            )
            told = answer.raise_for_status().json()
            cursor = told.get("next")
            told["next"] = str(number + 1) if number < last else None
            (folder / f"{number}.json").write_text(json.dumps(told), encoding="utf-8")


async def _headers(server: StreamServer) -> dict[str, str]:
    """What a client of ours sends to be let in."""
    sent: dict[str, str] = {}

    class Listening(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            sent.update(request.headers)
            return httpx.Response(201, json={"calls": []})

    client = _client(server, "http://stream.test", Listening())
    await client.list_live(limit=1)
    await client.aclose()
    return {name: sent[name] for name in ("authorization", "stream-auth-type")}


def _client(
    server: StreamServer, url: str, transport: httpx.AsyncBaseTransport | None = None
) -> StreamProvider:
    clock = SystemClock()
    return stream(
        api_key=server.api_key,
        api_secret=SecretStr(server.api_secret),
        base_url=url,
        clock=clock,
        connect=partial(HttpClient, clock=clock, deadlines=PATIENT, transport=transport),
        rate=100_000,
    )


async def _ours(url: str) -> float:
    """Seconds to all calls, as the list gets them."""
    client = _client(StreamServer(SystemClock()), url)
    took = []
    for _ in range(READS):
        begun, cursor, found = time.perf_counter(), None, 0
        while cursor is not None or not found:
            page = await client.list_live(limit=PAGE, cursor=cursor)
            found, cursor = found + len(page.items), page.next
        took.append(time.perf_counter() - begun)
        assert found == CALLS
    await client.aclose()
    return min(took)


async def _bare(url: str) -> float:
    """Seconds to all bytes."""
    took = []
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        for _ in range(READS):
            begun = time.perf_counter()
            for number in range(CALLS // PAGE):
                body = {"filter_conditions": {"ongoing": True}, "limit": PAGE, "next": str(number)}
                answer = await client.post("/api/v2/video/calls", json=body)
                assert answer.is_success
            took.append(time.perf_counter() - begun)
    return min(took)
