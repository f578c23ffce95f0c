"""Nothing that opens a door is ever written into the log, whatever goes wrong."""

import json

import pytest

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.signing import Signature
from bot.demo.slack.workspace import BOT_TOKEN
from bot.demo.stage import TARGET_KEY, Show
from tests.fakes.logs import written_log
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH = handle(CallRef(vendor=Vendor.STREAM, id="livestream:launch-show"))
SUPPORT = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))


def secrets(show: Show) -> list[str]:
    world, slack = show.stage.world, show.workspace.credentials
    return [
        slack.token,
        slack.signing_secret,
        world.stream.api_secret,
        world.realtimekit.api_token,
        world.cometchat.api_key,
        TARGET_KEY,
        "/respond/",
        "x-slack-signature",
        "Bearer",
        "Signature=",
    ]


async def slack_fails(show: Show, mira: Moderator) -> None:
    """Signatures are wrong, answers get lost, forms do not open and lines cannot be posted."""
    cast, faults = show.stage.cast, show.stage.slack.faults
    for seal in (Signature.NONE, Signature.BAD, Signature.OLD):
        assert (await show.sender.sealed(seal).command(mira.user, cast.ops, "help")).status == 401
    faults.error(500, on="respond")
    await show.sender.command(mira.user, cast.ops, "")
    await show.services.tasks.drain(30)
    show.workspace.credentials.token = "another token"
    await show.sender.command(mira.user, cast.ops, f"block {SUPPORT} loud")
    await show.services.tasks.drain(30)
    show.workspace.credentials.token = BOT_TOKEN
    faults.malformed(on="chat.postMessage")
    await mira.types(f"mute {SUPPORT} kofi noise")
    await mira.sees("muted Kofi", "confirmed")


async def vendors_fail(show: Show, mira: Moderator) -> None:
    """They refuse our keys, answer HTML and half JSON, and break off in the middle of an act."""
    for spoil in ("html", "malformed", "drop"):
        for server in show.stage.world.servers.values():
            getattr(server.faults, spoil)(times=None)
        await mira.types("")
        for server in show.stage.world.servers.values():
            server.faults.clear()
    for server in show.stage.world.servers.values():
        server.faults.error(401, times=None)
    await mira.types("")
    for server in show.stage.world.servers.values():
        server.faults.clear()


async def test_no_secret_is_in_the_log_while_slack_and_every_vendor_fail(show: Show) -> None:
    mira = Moderator(show)
    with written_log() as file:
        await mira.types(f"rtmp {LAUNCH} start youtube")
        await mira.sees("started the RTMP output", "confirmed")
        await slack_fails(show, mira)
        await vendors_fail(show, mira)
        await show.services.tasks.drain(30)
    text = file.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"request turned away", "answer not shown", "handler failed", "case finished"} <= {
        line["event"] for line in lines
    }
    for secret in secrets(show):
        assert secret not in text
