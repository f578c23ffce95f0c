"""`callwarden doctor` on Slack: the token, the scopes, the command, the clocks."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.demo.serving import serve
from bot.doctor import Severity
from bot.doctor.preflight import preflight
from bot.doctor.slack import OPTIONAL, PASSING, REQUIRED
from bot.errors import ConfigError
from bot.settings import Settings
from tests.doctor.surroundings import NOWHERE, Surroundings, odd_slack, signs

HELLO = {
    "ok": True,
    "team": "Acme",
    "team_id": "T0CALLS",
    "user": "callwarden",
    "user_id": "U0CALLBOT",
    "bot_id": "B0CALLS",
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_says_which_bot_it_is_and_where(surroundings: Surroundings) -> None:
    (finding,) = await surroundings.findings("Slack token")
    assert finding.says == "The bot is callwarden (U0CALLBOT) in Acme (T0CALLS)."


async def test_a_token_that_is_not_set_is_asked_for(surroundings: Surroundings) -> None:
    del surroundings.environ["SLACK_BOT_TOKEN"]
    assert "SLACK_BOT_TOKEN" in (await surroundings.wrong("Slack token")).mend
    for about in ("Slack scopes", "Clock", "People"):
        assert await signs(surroundings, about) == [Severity.NOTE]


STREAM = {"STREAM_API_KEY": "key", "STREAM_API_SECRET": "a-secret-of-thirty-two-characters"}


async def test_a_token_slack_does_not_take_is_said_once(surroundings: Surroundings) -> None:
    surroundings.environ["SLACK_BOT_TOKEN"] = "xoxb-of-another-app"
    finding = await surroundings.wrong("Slack token")
    assert "invalid_auth" in finding.says
    assert "OAuth & Permissions" in finding.mend
    for about in ("Slack scopes", "Clock", "People"):
        assert await signs(surroundings, about) == [Severity.NOTE]


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        ("account_inactive", "install it again"),
        ("token_revoked", "install the app again"),
        ("token_expired", "token rotation off"),
        ("org_login_required", "SLACK_BOT_TOKEN"),
    ],
)
async def test_each_reason_slack_gives_has_its_own_remedy(
    surroundings: Surroundings, error: str, mend: str
) -> None:
    async with serve(odd_slack({"auth.test": {"ok": False, "error": error}})) as url:
        surroundings.environ["SLACK_API_URL"] = f"{url}/api/"
        finding = await surroundings.wrong("Slack token")
    assert error in finding.says
    assert mend in finding.mend


@pytest.mark.parametrize("error", sorted(PASSING))
async def test_an_error_that_says_nothing_about_the_token_is_no_fault_of_it(
    surroundings: Surroundings, error: str
) -> None:
    async with serve(odd_slack({"auth.test": {"ok": False, "error": error}})) as url:
        surroundings.environ["SLACK_API_URL"] = f"{url}/api/"
        finding = await surroundings.wrong("Slack token", Severity.WARNING)
        found = await preflight(
            Settings.load(surroundings.environ | STREAM, surroundings.file), SystemClock()
        )
    assert "in a minute" in finding.mend
    assert finding in found


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-of-another-app"}, "Slack refuses the token (invalid_auth)."),
        ({"SLACK_APP_TOKEN": "not-an-app-token"}, "SLACK_APP_TOKEN does not begin with xapp-."),
        ({"STREAM_API_SECRET": ""}, "None is connected: there are no calls to moderate."),
    ],
)
async def test_nothing_starts_with_what_would_make_every_order_fail(
    surroundings: Surroundings, spoil: dict[str, str], words: str
) -> None:
    settings = Settings.load({**surroundings.environ, **STREAM, **spoil}, surroundings.file)
    with pytest.raises(ConfigError, match=re.escape(words)) as error:
        await preflight(settings, SystemClock())
    assert error.value.next_step.endswith(".")


async def test_a_start_warns_of_a_short_secret_and_goes_on_while_slack_is_silent(
    surroundings: Surroundings,
) -> None:
    assert (
        await preflight(
            Settings.load(surroundings.environ | STREAM, surroundings.file), SystemClock()
        )
        == []
    )
    odd = {
        **surroundings.environ,
        **STREAM,
        "SLACK_SIGNING_SECRET": "short",
        "SLACK_API_URL": f"{NOWHERE}/api",
    }
    found = await preflight(Settings.load(odd, surroundings.file), SystemClock())
    assert [(finding.about, finding.sign) for finding in found] == [
        ("Slack token", Severity.WARNING),
        ("Signing secret", Severity.WARNING),
    ]


async def test_a_persons_token_is_not_the_bots(surroundings: Surroundings) -> None:
    person = {key: words for key, words in HELLO.items() if key != "bot_id"}
    async with serve(odd_slack({"auth.test": person})) as url:
        surroundings.environ["SLACK_API_URL"] = f"{url}/api/"
        assert "Bot User OAuth Token" in (await surroundings.wrong("Slack token")).mend


async def test_a_token_of_another_workspace_than_the_file_serves_is_said(
    surroundings: Surroundings,
) -> None:
    surroundings.write('[slack]\nteam = "T0ELSE"\n')
    assert "Set `team` under `[slack]` to T0CALLS" in (await surroundings.wrong("Slack token")).mend


ON_GRID = {**HELLO, "enterprise_id": "E0ORG"}

OF_ALL = {**ON_GRID, "team_id": "E0ORG", "is_enterprise_install": True}


@pytest.mark.parametrize(
    ("hello", "team", "mend"),
    [
        (ON_GRID, "E0ORG", None),
        (OF_ALL, "E0ORG", None),
        (OF_ALL, "T0SISTER", None),
        (OF_ALL, None, 'Add `team = "T…"`'),
        (ON_GRID, "E0ELSE", "Set `team` under `[slack]` to T0CALLS"),
    ],
)
async def test_on_grid_the_file_may_name_the_workspace_or_the_organisation(
    surroundings: Surroundings, hello: dict[str, Any], team: str | None, mend: str | None
) -> None:
    surroundings.write("" if team is None else f'[slack]\nteam = "{team}"\n')
    async with serve(odd_slack({"auth.test": hello})) as url:
        surroundings.environ["SLACK_API_URL"] = f"{url}/api/"
        (finding,) = await surroundings.findings("Slack token")
    assert finding.sign is (Severity.GOOD if mend is None else Severity.BAD)
    assert (mend or "") in (finding.mend or "")


async def test_a_slack_that_cannot_be_reached_is_said_once(surroundings: Surroundings) -> None:
    surroundings.environ["SLACK_API_URL"] = f"{NOWHERE}/api/"
    assert "cannot be reached" in (await surroundings.wrong("Slack token")).says
    assert await signs(surroundings, "People") == [Severity.NOTE]


async def test_a_page_in_slacks_place_is_not_slack(surroundings: Surroundings) -> None:
    surroundings.stage.slack.faults.html(times=None)
    assert "not Slack" in (await surroundings.wrong("Slack token")).says


async def test_a_slack_that_hangs_costs_its_deadline_and_is_said_once(
    surroundings: Surroundings,
) -> None:
    surroundings.deadline = 1.0
    surroundings.stage.slack.faults.hang(times=None)
    assert "did not answer within 0.4 s" in (await surroundings.wrong("Slack token")).says
    assert await signs(surroundings, "Channels") == [Severity.NOTE]


@pytest.mark.parametrize("scope", sorted(REQUIRED))
async def test_a_scope_it_cannot_do_without_must_be_added(
    surroundings: Surroundings, scope: str
) -> None:
    surroundings.slack.credentials.scopes -= {scope}
    finding = await surroundings.wrong("Slack scopes")
    assert finding.mend.startswith(f"Add {scope} ")
    assert "install the app again" in finding.mend


@pytest.mark.parametrize("scope", sorted(OPTIONAL))
async def test_a_scope_it_can_do_without_is_a_warning_with_its_cost(
    surroundings: Surroundings, scope: str
) -> None:
    surroundings.slack.credentials.scopes -= {scope}
    finding = await surroundings.wrong("Slack scopes", Severity.WARNING)
    assert (finding.says, finding.mend.split()[1]) == (
        f"{scope} is missing: {OPTIONAL[scope]}.",
        scope,
    )


async def test_a_scope_too_many_is_a_warning(surroundings: Surroundings) -> None:
    surroundings.slack.credentials.scopes |= {"admin"}
    finding = await surroundings.wrong("Slack scopes", Severity.WARNING)
    assert finding.says.endswith("admin.")


async def test_an_answer_without_scopes_or_time_leaves_them_unseen(
    surroundings: Surroundings,
) -> None:
    async with serve(odd_slack({"auth.test": HELLO}, date="yesterday")) as url:
        surroundings.environ["SLACK_API_URL"] = f"{url}/api/"
        assert await signs(surroundings, "Slack scopes") == [Severity.NOTE]


async def test_a_command_the_manifest_does_not_have_is_said(surroundings: Surroundings) -> None:
    surroundings.environ["CALLWARDEN_COMMAND"] = "/warden"
    finding = await surroundings.wrong("Slack app")
    assert "/calls" in finding.says
    assert "CALLWARDEN_COMMAND" in finding.mend


async def test_without_a_manifest_there_is_nothing_to_compare(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    surroundings.manifest = tmp_path / "manifest.yml"
    assert await signs(surroundings, "Slack app") == [Severity.NOTE]


async def test_an_app_token_gets_an_address_that_is_not_told(surroundings: Surroundings) -> None:
    surroundings.environ["SLACK_APP_TOKEN"] = surroundings.slack.credentials.app_token
    (finding,) = await surroundings.findings("Socket Mode")
    assert finding.sign is Severity.GOOD
    assert "ticket" not in finding.says


@pytest.mark.parametrize("token", ["xoxb-made-up-token", "xapp-of-another-app"])
async def test_an_app_token_that_is_none_is_said(surroundings: Surroundings, token: str) -> None:
    surroundings.environ["SLACK_APP_TOKEN"] = token
    finding = await surroundings.wrong("Socket Mode")
    assert "connections:write" in finding.mend
    assert token not in finding.says


async def test_asking_for_an_address_too_often_is_no_fault(surroundings: Surroundings) -> None:
    answers: dict[str, Any] = {
        "auth.test": HELLO,
        "apps.connections.open": {"ok": False, "error": "ratelimited"},
    }
    surroundings.environ["SLACK_APP_TOKEN"] = surroundings.slack.credentials.app_token
    async with serve(odd_slack(answers)) as url:
        surroundings.environ["SLACK_API_URL"] = f"{url}/api/"
        assert await signs(surroundings, "Socket Mode") == [Severity.NOTE]


async def test_an_app_token_alone_cannot_be_tried(surroundings: Surroundings) -> None:
    del surroundings.environ["SLACK_BOT_TOKEN"]
    surroundings.environ["SLACK_APP_TOKEN"] = surroundings.slack.credentials.app_token
    assert await signs(surroundings, "Socket Mode") == [Severity.NOTE]


async def test_without_a_signing_secret_nothing_can_come_by_http(
    surroundings: Surroundings,
) -> None:
    del surroundings.environ["SLACK_SIGNING_SECRET"]
    assert "SLACK_SIGNING_SECRET" in (await surroundings.wrong("Signing secret")).mend
    surroundings.environ["SLACK_APP_TOKEN"] = surroundings.slack.credentials.app_token
    assert await signs(surroundings, "Signing secret") == [Severity.NOTE]


async def test_a_signing_secret_of_another_form_is_worth_a_look(surroundings: Surroundings) -> None:
    surroundings.environ["SLACK_SIGNING_SECRET"] = "xoxb-pasted-into-the-wrong-field"
    finding = await surroundings.wrong("Signing secret", Severity.WARNING)
    assert "Basic Information" in finding.mend


@pytest.mark.parametrize(
    ("ahead", "sign", "words"),
    [
        (400, Severity.BAD, "ahead of"),
        (-400, Severity.BAD, "behind"),
        (120, Severity.WARNING, "ahead of"),
        (-120, Severity.WARNING, "behind"),
    ],
)
async def test_a_clock_that_is_off_is_to_be_set(
    surroundings: Surroundings, ahead: float, sign: Severity, words: str
) -> None:
    surroundings.ahead = ahead
    finding = await surroundings.wrong("Clock", sign)
    assert words in finding.says
    assert "NTP" in finding.mend
