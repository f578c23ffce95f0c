"""Slack's clients, and what reads and writes through them, made once for the process."""

from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

from aiolimiter import AsyncLimiter
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.clock_skew import SLACK, ClockSkew
from bot.moderation.call_cards import CallCards
from bot.settings import Settings
from bot.store import SqlStore
from handlers.slack_api.admin_alerts import AdminAlerts
from handlers.slack_api.ask_poster import SlackAskPoster
from handlers.slack_api.case_notifier import CaseNotifier
from handlers.slack_api.clients import open_session, web_client
from handlers.slack_api.directory import SlackDirectory
from handlers.slack_api.history import ChannelHistory
from handlers.slack_api.response_url import ResponseUrlClient
from handlers.slack_api.shared_channels import GuardedNotifier, SharedChannelGuard

LINES_IN_A_BURST = 5
"""Lines the moderation channel gets at once before they are paced."""


class SlackSide(NamedTuple):
    """The parts through which the process reads Slack and writes to it, each one once.

    `pace` limits how fast the moderation channel is written to; `guard` knows which channels people
    of another workspace read.
    """

    client: AsyncWebClient
    response_urls: ResponseUrlClient
    history: ChannelHistory
    directory: SlackDirectory
    guard: SharedChannelGuard
    pace: AsyncLimiter


async def open_slack(
    settings: Settings,
    clock: Clock,
    stack: AsyncExitStack,
    skew: ClockSkew | None = None,
) -> SlackSide:
    """Open Slack's clients until `stack` closes; `skew` hears the `Date` of each answer."""
    skew = skew or ClockSkew(clock)
    session = await stack.enter_async_context(open_session(settings.network, skew.compare_date))
    slack, limits = settings.slack, settings.limits
    client = web_client(session, slack.api_url, slack.token(), settings.network)
    directory = SlackDirectory(client, clock)
    return SlackSide(
        client,
        ResponseUrlClient(session, settings.network),
        ChannelHistory(client, clock, partial(skew.time_of, SLACK)),
        directory,
        SharedChannelGuard(directory, frozenset(settings.rules.slack.shared_channels)),
        AsyncLimiter(LINES_IN_A_BURST, LINES_IN_A_BURST / limits.lines_per_second),
    )


def notifier(
    settings: Settings, slack: SlackSide, call_cards: CallCards, store: SqlStore
) -> GuardedNotifier:
    """The notifier, which shows cases in the moderation channel and to their askers."""
    case_notifier = CaseNotifier(
        client=slack.client,
        history=slack.history,
        response_urls=slack.response_urls,
        call_cards=call_cards,
        directory=slack.directory,
        pace=slack.pace,
        alerts=AdminAlerts(slack.client, _admins(settings)),
    )
    return GuardedNotifier(case_notifier, slack.guard, store.note)


def _admins(settings: Settings) -> list[str]:
    """The admins who are named one by one: they can be written to."""
    return [who for who in settings.rules.people.admins if not who.startswith("S")]


def ask_poster(settings: Settings, slack: SlackSide) -> SlackAskPoster | None:
    """The poster of refused orders; None where there is no moderation channel to ask in."""
    channel = settings.rules.slack.moderation_channel
    if channel is None:
        return None
    return SlackAskPoster(
        slack.client, slack.history, slack.directory, slack.guard, channel, slack.pace
    )
