"""Slack's people over real HTTP: asked once, kept for a while, never guessed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.calls.verbs import Kick
from bot.demo.serving import serve
from bot.errors import NotPermitted, SlackSilent
from bot.policy import Policy, Rules
from bot.policy.rules import People
from bot.ports import Directory, Member, Place
from handlers.slack_api.directory import SlackDirectory
from tests.fakes.clock import ManualClock
from tests.fakes.directory import act, actor

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEADLINE = 0.2


@dataclass
class WebApi:
    """Four methods of Slack's Web API; `error` or `mode` spoil every answer."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    crowd: list[list[str]] = field(default_factory=lambda: [[]])
    error: str | None = None
    mode: str = "well"
    asked: Counter[str] = field(default_factory=Counter)

    async def answer(self, request: Request) -> Response:
        method = request.url.path.rpartition("/")[2]
        self.asked[method] += 1
        if self.mode == "hang":
            await asyncio.sleep(2 * DEADLINE)
        if self.mode == "html":
            return PlainTextResponse("<html>", status_code=502, media_type="text/html")
        if self.mode == "null":
            nothing = dict.fromkeys(("team_id", "user", "users", "channel"))
            return JSONResponse({"ok": True, **nothing})
        if self.error:
            return JSONResponse({"ok": False, "error": self.error})
        return JSONResponse(self.well(method, dict(request.query_params)))

    def well(self, method: str, form: dict[str, str]) -> dict[str, Any]:
        if method == "auth.test":
            return {"ok": True, "team_id": "T0HOME"}
        if method == "users.info":
            user = self.users.get(form["user"])
            return {"ok": True, "user": user} if user else {"ok": False, "error": "user_not_found"}
        if method == "conversations.info":
            place = self.places.get(form["channel"])
            none = {"ok": False, "error": "channel_not_found"}
            return {"ok": True, "channel": place} if place else none
        if method == "conversations.members":
            page = int(form.get("cursor") or 0)
            more = str(page + 1) if page + 1 < len(self.crowd) else ""
            cursor = {"next_cursor": more}
            return {"ok": True, "members": self.crowd[page], "response_metadata": cursor}
        users = self.groups.get(form["usergroup"])
        return {"ok": True, "users": users} if users else {"ok": False, "error": "no_such_subteam"}


@dataclass
class Site:
    """The address of a Web API; each test puts its own there."""

    url: str = ""
    api: WebApi = field(default_factory=WebApi)

    def app(self) -> Starlette:
        paths = (
            *("auth.test", "users.info", "usergroups.users.list"),
            *("conversations.info", "conversations.members"),
        )
        return Starlette(
            routes=[Route(f"/api/{p}", self.answer, methods=["GET", "POST"]) for p in paths]
        )

    async def answer(self, request: Request) -> Response:
        return await self.api.answer(request)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Site]:
    opened = Site()
    async with serve(opened.app()) as base:
        opened.url = f"{base}/api/"
        yield opened


@pytest.fixture
def slack(site: Site) -> WebApi:
    ann = {"id": "U0ANN", "team_id": "T0HOME", "is_bot": False, "deleted": False, "name": "ann"}
    site.api = WebApi(users={"U0ANN": ann}, groups={"S0MODS": ["U0ANN", "U0BEN"]})
    return site.api


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def directory(site: Site, slack: WebApi, clock: ManualClock) -> Directory:
    assert site.api is slack
    client = AsyncWebClient(token="xoxb-1", base_url=site.url, retry_handlers=[])
    return SlackDirectory(client, clock, deadline=30)


@pytest.fixture
def hasty(site: Site, slack: WebApi, clock: ManualClock) -> Directory:
    """Does not wait for a Slack that hangs."""
    assert site.api is slack
    client = AsyncWebClient(token="xoxb-1", base_url=site.url, retry_handlers=[])
    return SlackDirectory(client, clock, deadline=DEADLINE)


@pytest.mark.parametrize(
    ("says", "member"),
    [
        ({}, Member(user="U0ANN", team="T0HOME")),
        ({"is_restricted": True}, Member(user="U0ANN", team="T0HOME", guest=True)),
        ({"is_ultra_restricted": True}, Member(user="U0ANN", team="T0HOME", guest=True)),
        ({"is_bot": True}, Member(user="U0ANN", team="T0HOME", bot=True)),
        ({"tz": "Asia/Tokyo"}, Member(user="U0ANN", team="T0HOME", zone="Asia/Tokyo")),
        ({"deleted": True}, Member(user="U0ANN", team="T0HOME", gone=True)),
        (
            {"is_stranger": True, "team_id": "T0OTHER"},
            Member(user="U0ANN", team="T0OTHER", guest=True),
        ),
        (
            {"team_id": None, "profile": {"team": "T0HOME"}},
            Member(user="U0ANN", team="T0HOME"),
        ),
        ({"team_id": None}, Member(user="U0ANN", team="")),
        (
            {
                "team_id": "T0SISTER",
                "is_stranger": True,
                "enterprise_user": {"enterprise_id": "E0ORG", "teams": ["T0SISTER", "T0HOME"]},
            },
            Member(
                user="U0ANN",
                team="T0SISTER",
                teams=frozenset({"T0SISTER", "T0HOME"}),
                enterprise="E0ORG",
            ),
        ),
    ],
)
async def test_a_member_is_what_users_info_says(
    slack: WebApi, directory: Directory, says: dict[str, Any], member: Member
) -> None:
    slack.users["U0ANN"] |= says
    assert await directory.member("U0ANN") == member


async def test_nobody_by_that_id_is_a_member_of_nowhere(directory: Directory) -> None:
    assert await directory.member("U0NONE") == Member(user="U0NONE", team="", gone=True)


async def test_slackbot_is_a_bot_although_slack_says_otherwise(
    slack: WebApi, directory: Directory
) -> None:
    slack.users["USLACKBOT"] = {"id": "USLACKBOT", "team_id": "T0HOME", "is_bot": False}
    assert (await directory.member("USLACKBOT")).bot


async def test_fifty_at_once_share_one_question(slack: WebApi, directory: Directory) -> None:
    answers = await asyncio.gather(*(directory.member("U0ANN") for _ in range(50)))
    assert len(set(answers)) == 1
    assert slack.asked["users.info"] == 1


async def test_one_who_gives_up_does_not_take_the_answer_from_the_others(
    slack: WebApi, directory: Directory
) -> None:
    first = asyncio.create_task(directory.member("U0ANN"))
    second = asyncio.create_task(directory.member("U0ANN"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).user == "U0ANN"
    assert slack.asked["users.info"] == 1


async def test_members_are_asked_again_after_10_minutes_groups_after_5_home_never(
    slack: WebApi, clock: ManualClock, directory: Directory
) -> None:
    counts = []
    for seconds in (0, 299, 2, 298, 1, 86_400):
        clock.advance(seconds)
        await directory.home()
        await directory.member("U0ANN")
        await directory.group("S0MODS")
        counts.append(tuple(slack.asked.values()))
    assert counts == [(1, 1, 1), (1, 1, 1), (1, 1, 2), (1, 1, 2), (1, 2, 2), (1, 3, 3)]


@pytest.mark.parametrize("mode", ["hang", "html", "null", "error"])
async def test_without_an_answer_there_is_no_guess(
    slack: WebApi, directory: Directory, hasty: Directory, mode: str
) -> None:
    slack.mode = mode
    slack.error = "ratelimited" if mode == "error" else None
    asked = hasty if mode == "hang" else directory
    with pytest.raises(SlackSilent):
        await asked.home()
    with pytest.raises(SlackSilent):
        await asked.member("U0ANN")
    with pytest.raises(SlackSilent):
        await asked.group("S0MODS")


async def test_a_slack_that_cannot_be_reached_is_silent(clock: ManualClock) -> None:
    client = AsyncWebClient(token="xoxb-1", base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    with pytest.raises(SlackSilent):
        await SlackDirectory(client, clock).home()


async def test_an_old_answer_serves_for_an_hour_while_slack_is_silent(
    slack: WebApi, clock: ManualClock, directory: Directory
) -> None:
    await directory.member("U0ANN")
    members = await directory.group("S0MODS")
    slack.error = "fatal_error"
    clock.advance(3599)
    assert (await directory.member("U0ANN")).user == "U0ANN"
    assert await directory.group("S0MODS") == members == {"U0ANN", "U0BEN"}
    clock.advance(7)
    with pytest.raises(SlackSilent):
        await directory.member("U0ANN")


async def test_a_question_slack_failed_to_answer_rests_for_5_seconds(
    slack: WebApi, clock: ManualClock, directory: Directory
) -> None:
    slack.error = "ratelimited"
    for _ in range(3):
        with pytest.raises(SlackSilent):
            await directory.member("U0ANN")
    assert slack.asked["users.info"] == 1
    slack.error = None
    clock.advance(5.1)
    assert (await directory.member("U0ANN")).user == "U0ANN"


@pytest.mark.parametrize("error", ["plan_upgrade_required", "missing_scope", "subteam_not_found"])
async def test_a_group_nobody_can_read_is_empty_and_said_once(
    slack: WebApi, clock: ManualClock, directory: Directory, error: str
) -> None:
    slack.error = error
    with capture_logs() as logs:
        for seconds in (0, 400):
            clock.advance(seconds)
            assert await directory.group("S0MODS") == frozenset()
    assert [entry["event"] for entry in logs] == ["user group not read"]
    assert slack.asked["usergroups.users.list"] == 2


async def test_logs_of_a_failure_hold_no_token(slack: WebApi, directory: Directory) -> None:
    slack.mode = "html"
    with capture_logs() as logs, pytest.raises(SlackSilent):
        await directory.member("U0ANN")
    assert [entry["error"] for entry in logs] == ["garbled"]
    assert "xoxb" not in str(logs)


async def test_the_policy_decides_by_what_slack_says(slack: WebApi, directory: Directory) -> None:
    policy = Policy(Rules(people=People(moderators=("S0MODS",)), file="callwarden.toml"), directory)
    await policy.require_permitted(actor("U0ANN"), act(Kick()), "C0ANY")
    slack.error = "internal_error"
    with pytest.raises(NotPermitted, match="Slack did not say who you are; nothing was done"):
        await policy.require_permitted(actor("U0BEN"), act(Kick()), "C0ANY")


async def test_a_channel_is_what_conversations_info_says_now(
    slack: WebApi, directory: Directory
) -> None:
    told = {"id": "C0OPS", "name": "ops", "is_private": False, "is_archived": False}
    slack.places["C0OPS"] = {**told, "is_member": False}
    assert await directory.place("C0OPS") == Place(channel="C0OPS", name="ops")
    slack.places["C0OPS"] = {**told, "is_private": True, "is_archived": True, "is_member": True}
    assert await directory.place("C0OPS") == Place(
        channel="C0OPS", name="ops", private=True, archived=True, inside=True
    )


async def test_a_channel_that_is_not_shown_to_the_bot_is_gone(directory: Directory) -> None:
    assert await directory.place("C0SECRET") == Place(channel="C0SECRET", gone=True)


async def test_a_channel_the_scopes_do_not_show_is_unknown(
    slack: WebApi, directory: Directory
) -> None:
    slack.error = "missing_scope"
    assert await directory.place("C0OPS") is None


@pytest.mark.parametrize("mode", ["hang", "html", "null"])
async def test_a_channel_slack_does_not_answer_for_is_silence(
    slack: WebApi, directory: Directory, hasty: Directory, mode: str
) -> None:
    slack.places["C0OPS"] = {"id": "C0OPS"}
    slack.mode = mode
    with pytest.raises(SlackSilent):
        await (hasty if mode == "hang" else directory).place("C0OPS")


async def test_any_other_error_of_slacks_is_silence(slack: WebApi, directory: Directory) -> None:
    """People read that in words; Slack's name for it is for the log."""
    slack.error = "ratelimited"
    with capture_logs() as log, pytest.raises(SlackSilent, match="did not say") as silent:
        await directory.place("C0OPS")
    assert "ratelimited" not in str(silent.value)
    assert log[-1]["error"] == "ratelimited"


async def test_who_is_in_a_channel_is_found_on_whichever_page(
    slack: WebApi, directory: Directory
) -> None:
    slack.crowd = [["U0BEN"], ["U0ANN"], ["U0CAT"]]
    assert await directory.belongs("U0ANN", "C0OPS") is True
    assert slack.asked["conversations.members"] == 2
    assert await directory.belongs("U0DAN", "C0OPS") is False


@pytest.mark.parametrize(
    ("error", "known"), [("missing_scope", None), ("channel_not_found", False)]
)
async def test_where_the_bot_may_not_look_who_is_there_is_not_known(
    slack: WebApi, directory: Directory, error: str, known: bool | None
) -> None:
    slack.error = error
    assert await directory.belongs("U0ANN", "C0OPS") is known


async def test_a_slack_that_does_not_say_who_is_there_is_silent(
    slack: WebApi, directory: Directory
) -> None:
    slack.error = "fetch_members_failed"
    with pytest.raises(SlackSilent, match="did not say"):
        await directory.belongs("U0ANN", "C0OPS")


@pytest.mark.parametrize(
    ("says", "shared"),
    [
        ({}, False),
        ({"is_ext_shared": True}, True),
        ({"is_pending_ext_shared": True}, True),
        ({"is_shared": True, "is_org_shared": True}, False),
    ],
)
async def test_whether_another_workspace_reads_a_channel_is_asked_once_in_ten_minutes(
    slack: WebApi, directory: Directory, clock: ManualClock, says: dict[str, Any], shared: bool
) -> None:
    slack.places["C0OPS"] = {"id": "C0OPS", "name": "ops", **says}
    for _ in range(2):
        assert await directory.is_shared("C0OPS") is shared
    assert slack.asked["conversations.info"] == 1
    slack.places["C0OPS"] = {"id": "C0OPS", "is_ext_shared": not shared}
    clock.advance(601)
    assert await directory.is_shared("C0OPS") is not shared


@pytest.mark.parametrize("error", ["missing_scope", "channel_not_found"])
async def test_a_channel_the_bot_does_not_see_counts_as_its_own(
    slack: WebApi, directory: Directory, error: str
) -> None:
    slack.error = error
    assert await directory.is_shared("C0OPS") is False


async def test_a_slack_that_does_not_say_whether_a_channel_is_shared_is_silent(
    slack: WebApi, directory: Directory
) -> None:
    slack.mode = "html"
    with pytest.raises(SlackSilent):
        await directory.is_shared("C0OPS")
