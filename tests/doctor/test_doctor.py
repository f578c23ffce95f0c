"""`callwarden doctor` on the settings, the database, the machine and itself as a whole."""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import psycopg
import pytest

from bot.cli_tables import findings_as_json, findings_text
from bot.clock import SystemClock
from bot.demo.stage import TARGET_KEY, Stage
from bot.doctor import Severity
from bot.doctor.context import DoctorContext
from bot.doctor.environment import zones
from bot.settings import Settings
from bot.store import open_store
from tests.doctor.surroundings import NOWHERE, Surroundings, fresh_ward
from tests.live.warm import warm

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def surroundings(stage: Stage, tmp_path: Path, sqlite_url: str) -> Iterator[Surroundings]:
    with fresh_ward(stage, tmp_path, sqlite_url) as opened:
        yield opened


async def test_where_all_is_well_nothing_has_to_be_mended(surroundings: Surroundings) -> None:
    found = await surroundings.findings()
    assert {finding.sign for finding in found} == {Severity.GOOD, Severity.NOTE}
    assert findings_text(found).endswith("Nothing has to be mended.")
    assert {finding.about for finding in found if finding.sign is Severity.GOOD} >= {
        "Slack token",
        "Slack scopes",
        "Clock",
        "People",
        "Channels",
        "Stream Video",
        "RealtimeKit",
        "RealtimeKit events",
        "CometChat",
        "Database",
    }


def digest(url: str) -> str:
    return hashlib.sha256(Path(url.removeprefix("sqlite:///")).read_bytes()).hexdigest()


async def test_it_changes_nothing(surroundings: Surroundings, sqlite_url: str) -> None:
    before = digest(sqlite_url)
    surroundings.slack.credentials.scopes -= {"channels:read"}
    surroundings.environ["SLACK_APP_TOKEN"] = surroundings.slack.credentials.app_token
    await surroundings.findings()
    assert digest(sqlite_url) == before
    assert [server.effects for server in surroundings.stage.world.servers.values()] == [[], [], []]
    assert surroundings.slack.messages == {}
    assert {call.method for call in surroundings.slack.calls} == {
        "auth.test",
        "apps.connections.open",
        "conversations.info",
        "conversations.history",
        "users.info",
    }


async def test_no_secret_is_in_what_it_says_whatever_is_wrong(surroundings: Surroundings) -> None:
    surroundings.environ |= {
        "SLACK_APP_TOKEN": "wrong-app-token",
        "STREAM_API_SECRET": "wrong-stream-secret-of-some-length",
        "REALTIMEKIT_API_TOKEN": "wrong-kit-token",
        "COMETCHAT_API_KEY": "wrong-comet-key",
        "DATABASE_URL": "postgresql://ann:hunter2@127.0.0.1:9/none",
    }
    found = await surroundings.findings()
    text = findings_text(found) + findings_as_json(found)
    assert sum(finding.sign is Severity.BAD for finding in found) >= 5
    for secret in (*surroundings.environ.values(), "hunter2", TARGET_KEY):
        if len(secret) > 8 and not secret.startswith("http"):
            assert secret not in text


async def test_what_hangs_costs_only_its_own_answer(surroundings: Surroundings) -> None:
    surroundings.deadline = 1.5
    surroundings.stage.world.stream.faults.hang(times=None)
    surroundings.stage.slack.faults.hang(on="users.info", times=None)
    found = {finding.about: finding for finding in await surroundings.findings()}
    assert "1.5 s" in found["Stream Video"].says
    assert found["People"].sign is Severity.BAD
    assert found["Slack token"].sign is Severity.GOOD
    assert found["CometChat"].sign is Severity.GOOD


# callwarden.toml and the environment


async def test_without_a_file_nobody_may_act(surroundings: Surroundings) -> None:
    surroundings.file = None
    finding = await surroundings.wrong("callwarden.toml", Severity.WARNING)
    assert "nobody may act" in finding.says
    assert "callwarden.example.toml" in finding.mend


async def test_a_file_that_is_named_and_not_there_is_said(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    surroundings.file = tmp_path / "elsewhere.toml"
    assert "cannot be read" in (await surroundings.wrong("callwarden.toml")).says


async def test_every_mistake_in_the_file_is_named_with_the_nearest_word(
    surroundings: Surroundings,
) -> None:
    surroundings.write('[people]\nmoderatrs = []\n[verbs]\nkik = "lead"\n')
    says = [finding.says for finding in await surroundings.findings("callwarden.toml")]
    assert any("did you mean `moderators`?" in words for words in says)
    assert any("did you mean `kick`?" in words for words in says)


async def test_a_file_with_a_mistake_does_not_keep_the_rest_from_being_looked_at(
    surroundings: Surroundings,
) -> None:
    surroundings.write("[people]\nmoderatrs = []\n")
    assert "does not start" in (await surroundings.wrong("callwarden.toml")).mend
    assert [finding.sign for finding in await surroundings.findings("Slack token")] == [
        Severity.GOOD
    ]


async def test_a_file_that_gives_nobody_a_role_is_worth_a_warning(
    surroundings: Surroundings,
) -> None:
    surroundings.write("[limits]\nlist_seconds = 3\n")
    finding = await surroundings.wrong("callwarden.toml", Severity.WARNING)
    assert "moderators" in finding.mend


async def test_a_stream_key_that_is_not_set_is_named_and_the_rest_looked_at(
    surroundings: Surroundings,
) -> None:
    del surroundings.environ["YOUTUBE_KEY"]
    finding = await surroundings.wrong("callwarden.toml")
    assert finding.mend == "Set YOUTUBE_KEY in the environment, or take `[rtmp.youtube]` out."
    assert [item.sign for item in await surroundings.findings("People")] == [Severity.GOOD]


async def test_a_variable_that_cannot_be_read_is_all_that_is_said(
    surroundings: Surroundings,
) -> None:
    surroundings.environ["PORT"] = "hunter2"
    found = await surroundings.findings()
    finding = await surroundings.wrong("Environment")
    assert finding.says.startswith("PORT is wrong")
    assert "hunter2" not in findings_text(found)


# the database


async def test_a_database_file_that_is_not_there_yet_is_no_fault(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    surroundings.environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'new.db'}"
    assert [finding.sign for finding in await surroundings.findings("Database")] == [Severity.NOTE]
    assert not (tmp_path / "new.db").exists()


async def test_a_database_file_that_cannot_be_made_is_said(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    surroundings.environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'no' / 'such' / 'new.db'}"
    assert "Make the folder" in (await surroundings.wrong("Database")).mend


async def test_old_tables_are_brought_up_by_the_next_start_where_the_file_is_ours(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    (tmp_path / "old.db").touch()
    surroundings.environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'old.db'}"
    finding = await surroundings.wrong("Database", Severity.WARNING)
    assert finding.mend == "Run `callwarden migrate`."


async def test_tables_that_are_missing_in_postgresql_ask_for_a_migration(
    surroundings: Surroundings, postgres_server: str
) -> None:
    surroundings.environ["DATABASE_URL"] = postgres_server.replace("/postgres?", "/template1?")
    assert (await surroundings.wrong("Database")).mend == "Run `callwarden migrate`."


async def test_a_running_bot_beside_it_is_no_fault(
    surroundings: Surroundings, sqlite_url: str
) -> None:
    async with open_store(sqlite_url, SystemClock()):
        assert [finding.sign for finding in await surroundings.findings("Database")] == [
            Severity.GOOD
        ]


async def test_a_database_file_with_a_second_name_is_told(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    (tmp_path / "second.db").hardlink_to(
        surroundings.environ["DATABASE_URL"].removeprefix("sqlite:///")
    )
    assert "a second name" in (await surroundings.wrong("Database", Severity.WARNING)).says


async def test_somebody_who_is_writing_just_now_is_no_fault(
    surroundings: Surroundings, sqlite_url: str
) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None) as busy:
        busy.execute("BEGIN IMMEDIATE")
        assert [finding.sign for finding in await surroundings.findings("Database")] == [
            Severity.GOOD
        ]
        busy.execute("ROLLBACK")


async def test_a_database_that_does_not_answer_is_said_without_its_password(
    surroundings: Surroundings,
) -> None:
    surroundings.environ["DATABASE_URL"] = "postgresql://ann:hunter2@127.0.0.1:9/none"
    finding = await surroundings.wrong("Database")
    assert "no server listens there" in finding.says
    assert "DATABASE_URL" in finding.mend
    assert "hunter2" not in finding.says + finding.mend


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        ("ALTER ROLE reader SET default_transaction_read_only = on", "read only"),
        ("ALTER ROLE reader RESET default_transaction_read_only", "may not write"),
    ],
)
async def test_a_postgresql_user_that_may_not_write_is_told(
    surroundings: Surroundings, postgres_url: str, prepare: str, says: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY reader" if _has_reader(connection) else "SELECT 1")
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        connection.execute(prepare)
    surroundings.environ["DATABASE_URL"] = postgres_url.replace("postgres:@", "reader:@")
    finding = await surroundings.wrong("Database")
    assert says in finding.says
    assert "rights" in finding.mend


@pytest.mark.parametrize(
    ("ahead", "says"), [(600, "s ahead of PostgreSQL"), (-90, "s behind PostgreSQL")]
)
async def test_a_clock_that_is_not_postgresqls_is_told(
    surroundings: Surroundings, postgres_url: str, ahead: float, says: str
) -> None:
    surroundings.environ["DATABASE_URL"] = postgres_url
    assert [found.sign for found in await surroundings.findings("Database")] == [Severity.GOOD]
    surroundings.ahead = ahead
    _, told = await surroundings.findings("Database")
    assert (told.sign, says in told.says) == (Severity.WARNING, True)
    assert "NTP" in told.mend


def _has_reader(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    return connection.execute("SELECT FROM pg_roles WHERE rolname = 'reader'").rowcount > 0


# this machine


async def test_without_time_zone_data_it_says_what_to_install() -> None:
    def none(name: str) -> object:
        raise ZoneInfoNotFoundError(name)

    nothing = Settings.load({}, None)
    context = DoctorContext(nothing, {}, SystemClock(), None, {}, Path("manifest.yml"))
    (finding,) = await zones(context, none)
    assert (finding.sign, "tzdata" in finding.mend) == (Severity.WARNING, True)


@pytest.mark.parametrize(
    ("environ", "sign", "words"),
    [
        ({}, Severity.NOTE, "this machine only"),
        ({"HOST": "0.0.0.0"}, Severity.NOTE, "for nobody: set METRICS_TOKEN or METRICS_PORT"),
        ({"HOST": "0.0.0.0", "METRICS_PORT": "9090"}, Severity.NOTE, "Keep that port private"),
        ({"HOST": "0.0.0.0", "METRICS_TOKEN": "for-the-watchers"}, Severity.GOOD, "METRICS_TOKEN"),
    ],
)
async def test_it_says_who_may_see_the_figures(
    surroundings: Surroundings, environ: dict[str, str], sign: Severity, words: str
) -> None:
    surroundings.environ.update(environ)
    (finding,) = await surroundings.findings("Metrics")
    assert (finding.sign, words in finding.says) == (sign, True)


# as a command


async def doctor(surroundings: Surroundings, folder: Path, *more: str) -> tuple[int, str]:
    environ = {**surroundings.environ, "CALLWARDEN_CONFIG": str(surroundings.file)}
    program = await warm("bot", "doctor", *more, environ=environ, log=folder / "log")
    async with asyncio.timeout(30):
        return await program.ended(), await program.rest()


async def test_the_command_ends_with_1_only_when_something_must_be_mended(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    surroundings.environ["SLACK_SIGNING_SECRET"] = "odd, which is a warning"
    code, said = await doctor(surroundings, tmp_path)
    assert (code, said.splitlines()[-1]) == (0, "0 to be mended, 1 warning.")
    surroundings.environ["STREAM_BASE_URL"] = NOWHERE
    code, said = await doctor(surroundings, tmp_path, "--json")
    assert code == 1
    assert [item["about"] for item in json.loads(said) if item["sign"] == "bad"] == ["Stream Video"]
