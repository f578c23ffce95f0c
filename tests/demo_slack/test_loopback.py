"""Slack's own client talks to the stand-in over a real socket."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.demo.serving import serve
from tests.demo_slack.any_blocks import actions, button, modal, plain, section
from tests.demo_slack.conftest import Town


@pytest.fixture
async def client(town: Town) -> AsyncIterator[AsyncWebClient]:
    async with serve(town.server.app) as base:
        town.world.base_url = base
        yield AsyncWebClient(town.world.credentials.token, base_url=f"{base}/api/")


async def test_reading_and_writing(town: Town, client: AsyncWebClient) -> None:
    assert (await client.auth_test())["user_id"] == town.world.bot.id
    assert (await client.users_info(user=town.ada.id))["user"]["team_id"] == town.world.team
    metadata = {"event_type": "case", "event_payload": {"key": "k"}}
    posted = await client.chat_postMessage(
        channel=town.general.id, text="x", blocks=[section()], metadata=metadata
    )
    await client.chat_update(channel=town.general.id, ts=posted["ts"], text="y")
    pages = await client.conversations_history(
        channel=town.general.id, include_all_metadata=True, limit=1
    )
    async for page in pages:
        assert page["messages"][0]["metadata"] == metadata
    trigger = town.world.tickets.trigger(town.ada.id)
    view = (await client.views_open(trigger_id=trigger, view=modal(section())))["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    await client.chat_delete(channel=town.general.id, ts=posted["ts"])


async def test_refusals_reach_the_client_with_their_details(
    town: Town, client: AsyncWebClient
) -> None:
    blocks = [actions(button(text=plain("")))]
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=town.general.id, text="x", blocks=blocks)
    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/elements/0/text/text]"
    ]


async def test_the_clients_rate_limit_handler_waits_and_tries_again(
    town: Town, client: AsyncWebClient
) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    town.server.faults.limit(0, on="chat.postMessage")
    assert (await client.chat_postMessage(channel=town.general.id, text="x"))["ok"]
    assert len(town.world.messages[town.general.id]) == 1


async def test_a_response_url_takes_slacks_own_webhook_client(
    town: Town, client: AsyncWebClient
) -> None:
    assert client.token
    key = town.world.tickets.reply(town.ada.id, town.general.id)
    hook = AsyncWebhookClient(f"{town.world.base_url}/respond/{key}")
    assert (await hook.send(text="hello")).status_code == 200
    assert town.world.latest(town.ada.id).text == "hello"
