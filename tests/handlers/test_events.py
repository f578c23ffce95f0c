"""Events: which are new, for how long that is remembered, and what shows that a door is ours."""

import json

import httpx
import pytest

from bot.clock import SystemClock
from bot.demo.slack.signing import Signature, headers
from bot.demo.stage import Show
from handlers.events import KEPT, KEPT_SECONDS, Events
from tests.fakes.clock import ManualClock

LAST_RETRY = 6 * 60
"""Slack delivers at once, after one minute and after five more."""


@pytest.fixture
def events(clock: ManualClock) -> Events:
    return Events(clock)


def test_an_event_is_new_once(events: Events, clock: ManualClock) -> None:
    assert events.is_new({"event_id": "Ev1"})
    assert events.is_new({"event_id": "Ev2"})
    clock.advance(LAST_RETRY)
    assert not events.is_new({"event_id": "Ev1"})


def test_what_comes_as_a_retry_and_was_never_seen_is_new(events: Events) -> None:
    """It was sent while nobody listened."""
    assert events.is_new({"event_id": "Ev1", "retry_attempt": 2})


def test_events_are_forgotten_in_the_end(events: Events, clock: ManualClock) -> None:
    events.is_new({"event_id": "Ev1"})
    clock.advance(KEPT_SECONDS)
    assert events.is_new({"event_id": "Ev1"})


def test_a_flood_of_events_takes_no_more_memory_than_a_bound(events: Events) -> None:
    for number in range(KEPT + 5):
        assert events.is_new({"event_id": f"Ev{number}"})
    assert len(events._seen) == KEPT


@pytest.mark.asyncio(loop_scope="module")
async def test_slack_can_verify_the_address_for_events(show: Show) -> None:
    """docs.slack.dev, reference/events/url_verification: the challenge comes back."""
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}).encode()
    secret = show.workspace.credentials.signing_secret
    signed = {
        "content-type": "application/json",
        **headers(Signature.GOOD, secret, body, SystemClock()),
    }
    answer = await show.http.post("/slack/events", content=body, headers=signed)
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1a"})
    forged = await show.http.post("/slack/events", content=body)
    assert forged.status_code == httpx.codes.UNAUTHORIZED
