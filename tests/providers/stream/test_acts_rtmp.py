"""RTMP outputs of a Stream call, whatever their names are."""

from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.calls.verbs import RtmpStop
from bot.demo.vendors import AppTransport, StreamServer
from bot.errors import NotAtVendor
from bot.providers.stream.queries import API
from tests.providers.stream_setup import CID, client, order


class Watched(AppTransport):
    """Notes the path of every request as it is on the wire."""

    def __init__(self, server: StreamServer, sent: list[str]) -> None:
        super().__init__(server.app)
        self._sent = sent

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._sent.append(request.url.raw_path.decode("ascii").partition("?")[0])
        return await super().handle_async_request(request)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(st.text(min_size=1, max_size=255), min_size=1, max_size=3, unique=True))
@example(names=["a/b", "a%2Fb", "a b"])
@example(names=["stop", "?x=1#y", "ü🎤\x00\u202e"])
async def test_an_output_of_any_name_is_stopped_by_it_and_no_other(
    server: StreamServer, names: list[str]
) -> None:
    """Each of its signs is percent-encoded, so that it stays one step of the path."""
    sent: list[str] = []
    provider = client(server, transport=Watched(server, sent))
    room = server.rooms[CID]
    room.rtmps = {name: {"name": name, "started_at": 1} for name in names}
    stop = order(RtmpStop(to=names[0]))
    if names[0] in {".", ".."}:
        with pytest.raises(NotAtVendor):
            await provider.acts.perform(stop)
        assert list(room.rtmps) == names
        return
    await provider.acts.perform(stop)
    assert list(room.rtmps) == names[1:]
    assert sent[-1] == f"{API}/call/default/standup/rtmp_broadcasts/{quote(names[0], safe='')}/stop"
