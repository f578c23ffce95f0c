"""`callwarden digest`: what it prints, how it ends, and what it says of bad input."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.digests.subscription import Wish
from bot.store import open_store
from tests.fakes.digests import OWNER, wanted
from tests.unit.test_cli import Run
from tests.unit.test_cli import run as run  # noqa: PLC0414  the fixture

pytestmark = pytest.mark.usefixtures("log_setup")

VENDOR = {
    "STREAM_API_KEY": "k",
    "STREAM_API_SECRET": "a-secret-of-thirty-two-characters",
    "STREAM_BASE_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def subscribed(sqlite_url: str) -> str:
    """The URL of a database with one subscription, number 1, for channel C1."""

    async def write() -> None:
        async with open_store(sqlite_url, SystemClock()) as store:
            wish = Wish(channel="C1", zone="Europe/London")
            await wanted(store, wish, OWNER, datetime(2026, 1, 1, tzinfo=UTC))

    asyncio.run(write())
    return sqlite_url


@pytest.mark.parametrize("which", [(), ("--subscription", "1"), ("--channel", "C1")])
def test_a_preview_is_the_digest_as_text(run: Run, subscribed: str, which: tuple[str, ...]) -> None:
    said = run(
        "digest", "preview", "--day", "2026-03-03", *which, DATABASE_URL=subscribed, **VENDOR
    )
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Monday 2 March")
    assert "were not read yet" in said.out


def test_a_preview_in_another_zone_says_so(run: Run, subscribed: str) -> None:
    said = run(
        *("digest", "preview", "--subscription", "1", "--zone", "Asia/Kathmandu"),
        DATABASE_URL=subscribed,
        **VENDOR,
    )
    assert "Asia/Kathmandu" in said.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("preview", "--zone", "Mars/Olympus"), 2, "there is no time zone Mars/Olympus"),
        (("preview", "--day", "yesterday"), 2, "yesterday is not a day"),
        (("preview", "--day", "2026-02-30"), 2, "2026-02-30 is not a day"),
        (("preview", "--day", "2999-01-01"), 1, "2999-01-01 is still to come in UTC."),
        (("preview", "--subscription", "0"), 2, "--subscription"),
        (("preview", "--subscription", "7"), 1, "There is no digest 7.\nThere are: 1 (C1)."),
        (("preview", "--channel", "C2"), 1, "No digest goes to the channel C2."),
        (("preview", "--channel", "C2", "--subscription", "1"), 2, "not both"),
        (("send",), 2, "--subscription"),
        (("backfill", "--days", "0"), 2, "--days"),
        (("backfill",), 78, "No vendor is on"),
        (("send", "--subscription", "1"), 78, "Slack is not connected"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    run: Run, subscribed: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    said = run("digest", *arguments, DATABASE_URL=subscribed)
    assert (said.code, said.out) == (code, "")
    assert words in said.err
    assert "Traceback" not in said.err


def test_without_subscriptions_it_says_how_to_make_one(run: Run, sqlite_url: str) -> None:
    said = run("digest", "preview", "--subscription", "1", DATABASE_URL=sqlite_url)
    assert "digest subscribe" in said.err


def test_a_price_that_is_no_number_is_named(run: Run, sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('[prices]\nstream = "cheap"', encoding="utf-8")
    said = run("digest", "preview", DATABASE_URL=sqlite_url, CALLWARDEN_CONFIG=str(file))
    assert said.code == 78
    assert "`stream` under `[prices]`: 'cheap' is not a price" in said.err
