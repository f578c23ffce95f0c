"""Whatever is posted to the doors, signed or not: an answer below 500, and no memory kept."""

from collections import Counter as Count
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.demo.slack.signing import Signature, headers
from bot.demo.stage import Show, open_show
from bot.service import entrance
from bot.settings import Settings
from tests.doors.memory import resident
from tests.doors.strategies import BODIES, HEADERS, KINDS
from tests.fakes.logs import written_log
from tests.handlers.webhooks.signing import LOGIN, by_comet, by_stream

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEPT = 16 * 1024 * 1024
"""Bytes that all doors together may keep of thousands of requests."""

ROUNDS = 5


class Posted(NamedTuple):
    """One request; `signed` as the door it goes to wants it."""

    body: bytes
    headers: dict[bytes, bytes]
    kind: bytes
    signed: bool


class Doors:
    """The bot's doors, and what each answered."""

    def __init__(self, show: Show, client: httpx.AsyncClient) -> None:
        self._show = show
        self._client = client
        self.statuses: defaultdict[str, Count[int]] = defaultdict(Count)

    async def post(self, path: str, posted: Posted) -> int:
        """The status of the answer; what comes after it is done too."""
        sealed = self._seal(path, posted.body) if posted.signed else {}
        seal = {name.lower().encode(): text.encode() for name, text in sealed.items()}
        lines = {b"content-type": posted.kind, **posted.headers, **seal}
        answer = await self._client.post(path, content=posted.body, headers=list(lines.items()))
        await self._show.services.tasks.drain(30)
        return answer.status_code

    def _seal(self, path: str, body: bytes) -> dict[str, str]:
        """The headers with which that door lets these bytes in."""
        stage = self._show.stage
        if path == "/webhooks/stream":
            return by_stream(body, stage.environ["STREAM_API_SECRET"])
        if path == "/webhooks/realtimekit":
            return {"rtk-signature": stage.world.realtimekit.webhook_keys.sign(body)}
        if path == "/webhooks/cometchat":
            return by_comet()
        return headers(Signature.GOOD, stage.environ["SLACK_SIGNING_SECRET"], body, SystemClock())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(
    tmp_path_factory: pytest.TempPathFactory, tell: Callable[[str], None]
) -> AsyncIterator[Doors]:
    folder = tmp_path_factory.mktemp("show")
    with written_log("CRITICAL"):  # what is logged of all this would be what is kept
        async with open_show(folder) as show, knocking(show) as opened:
            yield opened
    for path, statuses in opened.statuses.items():
        told = ", ".join(f"{count} x {one}" for one, count in sorted(statuses.items()))
        tell(f"{path}: {statuses.total()} requests of any bytes: {told}")


@asynccontextmanager
async def knocking(show: Show) -> AsyncIterator[Doors]:
    settings = Settings.load({**show.stage.environ, "COMETCHAT_WEBHOOK_AUTH": LOGIN}, None)
    transport = httpx.ASGITransport(
        entrance(settings, show.services).web, raise_app_exceptions=False
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        yield Doors(show, client)


PATHS = ["/slack/events", *(f"/webhooks/{item}" for item in ("stream", "realtimekit", "cometchat"))]


POSTED = st.builds(Posted, BODIES, HEADERS, KINDS, st.sampled_from([True, True, False]))


@pytest.mark.parametrize("path", PATHS)
@given(posted=POSTED)
async def test_any_bytes_are_answered_below_500(doors: Doors, path: str, posted: Posted) -> None:
    status = await doors.post(path, posted)
    doors.statuses[path][status] += 1
    assert status < 500


async def test_none_of_them_are_kept(doors: Doors, tell: Callable[[str], None]) -> None:
    """Posted again without Hypothesis, which itself remembers what it tried."""
    tried: list[Posted] = []

    @given(posted=POSTED)
    @settings(max_examples=min(500, settings().max_examples), database=None)
    def collect(posted: Posted) -> None:
        tried.append(posted)

    collect()
    grown = []
    for _ in range(ROUNDS):
        before = resident()
        for path in PATHS:
            for posted in tried:
                await doors.post(path, posted)
        grown.append(resident() - before)
    count = len(tried) * len(PATHS) * (ROUNDS - 1)
    tell(f"{count} requests more at all doors: {sum(grown[1:]) / 1e6:.1f} MB kept")
    assert sum(grown[1:]) < KEPT
