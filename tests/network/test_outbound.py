"""Which way a connection goes, from HTTPS_PROXY, NO_PROXY and their kin."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.network import DIRECT, Network
from bot.settings import Settings
from handlers.slack_api.clients import open_session, web_client, webhook_client

PROXY = "http://proxy.example:3128"
SLACK = "https://slack.com/api/"


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("url", [SLACK, "wss://wss-primary.slack.com/link/?ticket=1"])
def test_a_proxy_is_for_requests_and_for_web_sockets(name: str, url: str) -> None:
    assert Network.of({name: PROXY}).proxy_for(url) == PROXY


def test_each_scheme_has_its_own_and_the_general_one_is_for_the_rest() -> None:
    network = Network.of({"HTTP_PROXY": "one.example:80", "ALL_PROXY": "https://all.example"})
    assert network.proxy_for("http://x.example") == "http://one.example:80"
    assert network.proxy_for("ws://x.example") == "http://one.example:80"
    assert network.proxy_for(SLACK) == "https://all.example"


def test_small_letters_count_before_capitals_and_a_blank_is_not_set() -> None:
    assert Network.of({"https_proxy": PROXY, "HTTPS_PROXY": "http://b"}).proxy_for(SLACK) == PROXY
    assert Network.of({"https_proxy": " ", "HTTPS_PROXY": PROXY}).proxy_for(SLACK) == PROXY


def test_without_any_there_is_none() -> None:
    assert Network.of({"http_proxy": PROXY, "FTP_PROXY": PROXY}).proxy_for(SLACK) is None
    assert DIRECT.proxy_for(SLACK) is None


@pytest.mark.parametrize(
    ("no_proxy", "past", "through"),
    [
        (
            "example.com",
            ["https://example.com", "https://a.b.example.com"],
            ["https://nexample.com"],
        ),
        (".example.com", ["https://a.example.com", "wss://example.com/x"], ["https://example.co"]),
        ("*.example.com", ["https://a.example.com"], ["https://example.org"]),
        ("EXAMPLE.com", ["https://Example.COM"], []),
        ("a.test:8443", ["https://a.test:8443"], ["https://a.test", "https://b.test:8443"]),
        ("a.test:443", ["https://a.test/"], ["http://a.test/"]),
        ("a.test, b.test  c.test", ["https://b.test", "https://c.test"], ["https://d.test"]),
        ("10.0.0.0/8", ["https://10.1.2.3"], ["https://11.1.2.3", "https://ten.test"]),
        ("127.0.0.1", ["https://127.0.0.1:8443"], ["https://127.0.0.2"]),
        ("::1,fd00::/8", ["https://[::1]:1", "https://[fd12::1]/"], ["https://[fe80::1]"]),
        ("[::1]", ["https://[::1]"], []),
        ("*", ["https://a.test", "https://10.0.0.1", "wss://[::1]"], []),
        ("b.test,*", ["https://a.test"], []),
        ("", [], ["https://a.test", "https://127.0.0.1", "https://localhost"]),
        (",, ,/,10.0.0.0/99", [], ["https://10.0.0.1"]),
    ],
)
def test_what_no_proxy_names_is_reached_without(
    no_proxy: str, past: list[str], through: list[str]
) -> None:
    network = Network.of({"ALL_PROXY": PROXY, "NO_PROXY": no_proxy})
    assert [url for url in past if network.proxy_for(url)] == []
    assert [url for url in through if not network.proxy_for(url)] == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://u:p%40ss@proxy.example:3128", "proxy.example:3128"),
        ("https://u:p@ss@proxy.example", "proxy.example:443"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_its_password_is_not_shown(value: str, shown: str) -> None:
    settings = Settings.load({"HTTPS_PROXY": value}, None)
    assert settings.network.shown_proxy(SLACK) == shown
    assert settings.network.proxy_for(SLACK) == value
    assert not re.search("p@ss|p%40ss|u:", repr(settings) + str(settings) + repr(settings.network))


@pytest.mark.parametrize(
    "value",
    [
        "http://",
        "http://u:s3cret@",
        "http://h:s3cret",
        "http://u:s3/cret@h",
        "http://h:0",
        "[s3cret",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.load({"HTTPS_PROXY": value}, None)
    assert "HTTPS_PROXY" in str(refused.value)
    assert "http://proxy.example:3128" in refused.value.next_step
    assert "s3" not in str(refused.value) + refused.value.next_step


def test_a_proxy_that_is_not_spoken_to_is_refused_rather_than_gone_past() -> None:
    with pytest.raises(ConfigError, match="all_proxy names a proxy by socks5://"):
        Settings.load({"all_proxy": "socks5://u:s3cret@h:1080"}, None)


@given(
    value=st.text(max_size=40)
    | st.from_regex(r"https?://[^ ]{0,9}:s3cret@[^ ]{0,9}", fullmatch=True),
    no_proxy=st.text(max_size=40),
)
def test_whatever_is_set_is_used_or_refused_in_words(value: str, no_proxy: str) -> None:
    with contextlib.suppress(ConfigError):
        network = Network.of({"HTTPS_PROXY": value, "NO_PROXY": no_proxy})
        for url in (SLACK, "https://[::1]:1", "http://10.0.0.1", "", "https://", "https://h:x"):
            assert "s3cret" not in str(network.shown_proxy(url))


async def test_slacks_own_clients_look_for_no_proxy_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The SDK would take it from the environment, know nothing of NO_PROXY, and log it."""
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    past = Network.of({"HTTPS_PROXY": PROXY, "NO_PROXY": "slack.com"})
    async with open_session() as session:
        for network in (DIRECT, past):
            assert web_client(session, SLACK, network=network).proxy is None
            assert webhook_client(session, SLACK, network).proxy is None
        through = Network.of({"HTTPS_PROXY": PROXY})
        assert web_client(session, SLACK, network=through).proxy == PROXY
        assert webhook_client(session, SLACK, through).proxy == PROXY
