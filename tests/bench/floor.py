"""The floor: Bolt on Starlette and uvicorn with one listener that only acknowledges.

Run as `python -m tests.bench.floor PORT`.
"""

import os
import sys

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

OPTIONS = [
    {
        "text": {"type": "plain_text", "text": f"Crowd {number}", "emoji": True},
        "value": f"{number:024}.0123456789abcdef",
        "description": {
            "type": "plain_text",
            "text": f"Stream Video · {number:04} · 1 person",
            "emoji": True,
        },
    }
    for number in range(100)
]


async def authorize() -> AuthorizeResult:
    """The credentials for any request, without asking Slack, as the product has them."""
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-made-up")


async def acknowledge(ack: AsyncAck) -> None:
    """Acknowledge a command and do no more."""
    await ack()


async def suggest(ack: AsyncAck) -> None:
    """Answer with as many options as Slack shows, known beforehand."""
    await ack(options=OPTIONS)


def bare() -> Starlette:
    """The app: Bolt behind Starlette, with these two listeners."""
    bolt = AsyncApp(
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        authorize=authorize,
        process_before_response=True,
    )
    bolt.command("/calls")(acknowledge)
    bolt.options("form.call")(suggest)
    slack = AsyncSlackRequestHandler(bolt)

    async def events(request: Request) -> Response:
        return await slack.handle(request)

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(bare(), port=int(sys.argv[1]), log_config=None, access_log=False)
