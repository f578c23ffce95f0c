"""Slack's clients, made in one place so that all of them go out by the same way."""

from collections.abc import Awaitable, Callable

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import SlackSilent
from bot.network import DIRECT, Network
from bot.responses import ACCEPT_ENCODING
from handlers.slack_api.errors import CALL_ERRORS
from handlers.slack_api.responses import SlackAnswer, guarded

ApiCall = Callable[..., Awaitable[AsyncSlackResponse]]
"""A method of Slack's Web API, perhaps with some of its arguments."""

NOT_FROM_THE_ENVIRONMENT = "-"
"""Keeps the SDK from looking for a proxy itself: it knows no NO_PROXY, and logs the password."""


def open_session(
    network: Network = DIRECT, dated: Callable[[str], None] = lambda _: None
) -> aiohttp.ClientSession:
    """A connection pool that trusts the certificates of `network`; proxies are named by request.

    Answers are read within bounds, and no redirect is followed. `dated` is called with the `Date`
    of each answer.
    """

    async def telling_date(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        answer = await handler(request)
        if "Date" in answer.headers:
            dated(answer.headers["Date"])
        return answer

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=network.trust),
        headers={"Accept-Encoding": ACCEPT_ENCODING},
        auto_decompress=False,
        response_class=SlackAnswer,
        middlewares=(guarded, telling_date),
    )


def web_client(
    session: aiohttp.ClientSession,
    api_url: str,
    token: str | None = None,
    network: Network = DIRECT,
) -> AsyncWebClient:
    """Slack's Web API over one session. It retries nothing: a post sent twice would show twice."""
    client = AsyncWebClient(
        token=token,
        base_url=api_url,
        session=session,
        retry_handlers=[],
        proxy=NOT_FROM_THE_ENVIRONMENT,
    )
    client.proxy = network.proxy_for(api_url)
    return client


async def ask_for_date(client: AsyncWebClient) -> None:
    """Call api.test, for the `Date` of Slack's answer. Raises SlackSilent where none comes.

    (docs.slack.dev, reference/methods/api.test)
    """
    try:
        await client.api_test()
    except CALL_ERRORS as error:
        raise SlackSilent("Slack does not answer.") from error


def webhook_client(
    session: aiohttp.ClientSession, url: str, network: Network = DIRECT
) -> AsyncWebhookClient:
    """A client that posts to one response_url, and tries nothing twice."""
    client = AsyncWebhookClient(
        url, session=session, retry_handlers=[], proxy=NOT_FROM_THE_ENVIRONMENT
    )
    client.proxy = network.proxy_for(url)
    return client
