"""What Slack is read and written by."""

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
    """What everything that is read of Slack and said to it goes through, one for the process.

    `pace` is that of the moderation channel, `own` which channels only this workspace reads.
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
    """Slack while the stack lasts; `skew` hears what time its answers say it is."""
    skew = skew or ClockSkew(clock)
    session = await stack.enter_async_context(open_session(settings.network, skew.hear_date))
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
    """What tells cases in the moderation channel and to their askers."""
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
    """What asks those who may in the moderation channel; None where there is none."""
    channel = settings.rules.slack.moderation_channel
    if channel is None:
        return None
    return SlackAskPoster(
        slack.client, slack.history, slack.directory, slack.guard, channel, slack.pace
    )
