"""Strangers may send anything."""

import gzip
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import Rejected
from handlers.webhooks import cometchat, realtimekit, stream
from tests.handlers.webhooks.signing import LOGIN, by_comet, by_stream

BODIES = st.binary(max_size=200) | st.binary(max_size=200).map(gzip.compress)
HEADERS = st.dictionaries(
    st.sampled_from(["x-signature", "authorization", "rtk-signature"]),
    st.text(max_size=40) | st.just(by_comet()["authorization"]),
)


@given(body=BODIES, headers=HEADERS)
def test_whatever_comes_is_turned_away_or_let_in_and_breaks_nothing(
    body: bytes, headers: dict[str, str]
) -> None:
    genuine = by_stream(body, "secret")
    with suppress(Rejected):
        assert stream.read(body, headers, "secret") is None
    with suppress(Rejected):
        assert stream.read(body, genuine, "secret") is None
    with suppress(Rejected):
        cometchat.require_login(headers, SecretStr(LOGIN))
        assert cometchat.read(body) is None
    with suppress(Rejected):
        assert realtimekit.read(body) is None
