"""`callwarden doctor` on the settings, the database, the machine and itself as a whole."""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import psycopg
import pytest
import pytest_asyncio

from bot.clock import SystemClock
from bot.demo.stage import TARGET_KEY, Stage
from bot.doctor import Sign
from bot.doctor.context import Patient
from bot.doctor.environment import zones
from bot.settings import Settings
from bot.store import open_store
from bot.tables import findings_as_json, findings_told
from tests.live.warm import warm
from tests.unit.surroundings import NOWHERE, Ward, fresh_ward, open_house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
def ward(stage: Stage, tmp_path: Path, sqlite_url: str) -> Iterator[Ward]:
    with fresh_ward(stage, tmp_path, sqlite_url) as opened:
        yield opened


async def test_where_all_is_well_nothing_has_to_be_mended(ward: Ward) -> None:
    found = await ward.findings()
    assert {one.sign for one in found} == {Sign.GOOD, Sign.NOTE}
    assert findings_told(found).endswith("Nothing has to be mended.")
    assert {one.about for one in found if one.sign is Sign.GOOD} >= {
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


async def test_it_changes_nothing(ward: Ward, sqlite_url: str) -> None:
    before = digest(sqlite_url)
    ward.slack.credentials.scopes -= {"channels:read"}
    ward.environ["SLACK_APP_TOKEN"] = ward.slack.credentials.app_token
    await ward.findings()
    assert digest(sqlite_url) == before
    assert [server.effects for server in ward.stage.world.servers.values()] == [[], [], []]
    assert ward.slack.messages == {}
    assert {call.method for call in ward.slack.calls} == {
        "auth.test",
        "apps.connections.open",
        "conversations.info",
        "conversations.history",
        "users.info",
    }


async def test_no_secret_is_in_what_it_says_whatever_is_wrong(ward: Ward) -> None:
    ward.environ |= {
        "SLACK_APP_TOKEN": "wrong-app-token",
        "STREAM_API_SECRET": "wrong-stream-secret-of-some-length",
        "REALTIMEKIT_API_TOKEN": "wrong-kit-token",
        "COMETCHAT_API_KEY": "wrong-comet-key",
        "DATABASE_URL": "postgresql://ann:hunter2@127.0.0.1:9/none",
    }
    found = await ward.findings()
    text = findings_told(found) + findings_as_json(found)
    assert sum(one.sign is Sign.BAD for one in found) >= 5
    for secret in (*ward.environ.values(), "hunter2", TARGET_KEY):
        if len(secret) > 8 and not secret.startswith("http"):
            assert secret not in text


async def test_what_hangs_costs_only_its_own_answer(ward: Ward) -> None:
    ward.deadline = 1.5
    ward.stage.world.stream.faults.hang(times=None)
    ward.stage.slack.faults.hang(on="users.info", times=None)
    found = {one.about: one for one in await ward.findings()}
    assert "1.5 s" in found["Stream Video"].says
    assert found["People"].sign is Sign.BAD
    assert found["Slack token"].sign is Sign.GOOD
    assert found["CometChat"].sign is Sign.GOOD


# callwarden.toml and the environment


async def test_without_a_file_nobody_may_act(ward: Ward) -> None:
    ward.file = None
    finding = await ward.wrong("callwarden.toml", Sign.WARNING)
    assert "nobody may act" in finding.says
    assert "callwarden.example.toml" in finding.mend


async def test_a_file_that_is_named_and_not_there_is_said(ward: Ward, tmp_path: Path) -> None:
    ward.file = tmp_path / "elsewhere.toml"
    assert "cannot be read" in (await ward.wrong("callwarden.toml")).says


async def test_every_mistake_in_the_file_is_named_with_the_nearest_word(ward: Ward) -> None:
    ward.write('[people]\nmoderatrs = []\n[verbs]\nkik = "lead"\n')
    says = [one.says for one in await ward.findings("callwarden.toml")]
    assert any("did you mean `moderators`?" in words for words in says)
    assert any("did you mean `kick`?" in words for words in says)


async def test_a_file_with_a_mistake_does_not_keep_the_rest_from_being_looked_at(
    ward: Ward,
) -> None:
    ward.write("[people]\nmoderatrs = []\n")
    assert "does not start" in (await ward.wrong("callwarden.toml")).mend
    assert [one.sign for one in await ward.findings("Slack token")] == [Sign.GOOD]


async def test_a_file_that_gives_nobody_a_role_is_worth_a_warning(ward: Ward) -> None:
    ward.write("[limits]\nlist_seconds = 3\n")
    finding = await ward.wrong("callwarden.toml", Sign.WARNING)
    assert "moderators" in finding.mend


async def test_a_stream_key_that_is_not_set_is_named_and_the_rest_looked_at(ward: Ward) -> None:
    del ward.environ["YOUTUBE_KEY"]
    finding = await ward.wrong("callwarden.toml")
    assert finding.mend == "Set YOUTUBE_KEY in the environment, or take `[rtmp.youtube]` out."
    assert [one.sign for one in await ward.findings("People")] == [Sign.GOOD]


async def test_a_variable_that_cannot_be_read_is_all_that_is_said(ward: Ward) -> None:
    ward.environ["PORT"] = "hunter2"
    found = await ward.findings()
    finding = await ward.wrong("Environment")
    assert finding.says.startswith("PORT is wrong")
    assert "hunter2" not in findings_told(found)


# the database


async def test_a_database_file_that_is_not_there_yet_is_no_fault(
    ward: Ward, tmp_path: Path
) -> None:
    ward.environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'new.db'}"
    assert [one.sign for one in await ward.findings("Database")] == [Sign.NOTE]
    assert not (tmp_path / "new.db").exists()


async def test_a_database_file_that_cannot_be_made_is_said(ward: Ward, tmp_path: Path) -> None:
    ward.environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'no' / 'such' / 'new.db'}"
    assert "Make the folder" in (await ward.wrong("Database")).mend


async def test_old_tables_are_brought_up_by_the_next_start_where_the_file_is_ours(
    ward: Ward, tmp_path: Path
) -> None:
    (tmp_path / "old.db").touch()
    ward.environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'old.db'}"
    finding = await ward.wrong("Database", Sign.WARNING)
    assert finding.mend == "Run `callwarden migrate`."


async def test_tables_that_are_missing_in_postgresql_ask_for_a_migration(
    ward: Ward, postgres_server: str
) -> None:
    ward.environ["DATABASE_URL"] = postgres_server.replace("/postgres?", "/template1?")
    assert (await ward.wrong("Database")).mend == "Run `callwarden migrate`."


async def test_a_running_bot_beside_it_is_no_fault(ward: Ward, sqlite_url: str) -> None:
    async with open_store(sqlite_url, SystemClock()):
        assert [one.sign for one in await ward.findings("Database")] == [Sign.GOOD]


async def test_a_database_file_with_a_second_name_is_told(ward: Ward, tmp_path: Path) -> None:
    (tmp_path / "second.db").hardlink_to(ward.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    assert "a second name" in (await ward.wrong("Database", Sign.WARNING)).says


async def test_somebody_who_is_writing_just_now_is_no_fault(ward: Ward, sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None) as busy:
        busy.execute("BEGIN IMMEDIATE")
        assert [one.sign for one in await ward.findings("Database")] == [Sign.GOOD]
        busy.execute("ROLLBACK")


async def test_a_database_that_does_not_answer_is_said_without_its_password(ward: Ward) -> None:
    ward.environ["DATABASE_URL"] = "postgresql://ann:hunter2@127.0.0.1:9/none"
    finding = await ward.wrong("Database")
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
    ward: Ward, postgres_url: str, prepare: str, says: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY reader" if _has_reader(connection) else "SELECT 1")
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        connection.execute(prepare)
    ward.environ["DATABASE_URL"] = postgres_url.replace("postgres:@", "reader:@")
    finding = await ward.wrong("Database")
    assert says in finding.says
    assert "rights" in finding.mend


@pytest.mark.parametrize(
    ("ahead", "says"), [(600, "s ahead of PostgreSQL"), (-90, "s behind PostgreSQL")]
)
async def test_a_clock_that_is_not_postgresqls_is_told(
    ward: Ward, postgres_url: str, ahead: float, says: str
) -> None:
    ward.environ["DATABASE_URL"] = postgres_url
    assert [found.sign for found in await ward.findings("Database")] == [Sign.GOOD]
    ward.ahead = ahead
    _, told = await ward.findings("Database")
    assert (told.sign, says in told.says) == (Sign.WARNING, True)
    assert "NTP" in told.mend


def _has_reader(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    return connection.execute("SELECT FROM pg_roles WHERE rolname = 'reader'").rowcount > 0


# this machine


async def test_without_time_zone_data_it_says_what_to_install() -> None:
    def none(name: str) -> object:
        raise ZoneInfoNotFoundError(name)

    nothing = Settings.load({}, None)
    patient = Patient(nothing, {}, SystemClock(), None, {}, Path("manifest.yml"))
    (finding,) = await zones(patient, none)
    assert (finding.sign, "tzdata" in finding.mend) == (Sign.WARNING, True)


@pytest.mark.parametrize(
    ("environ", "sign", "words"),
    [
        ({}, Sign.NOTE, "this machine only"),
        ({"HOST": "0.0.0.0"}, Sign.NOTE, "for nobody: set METRICS_TOKEN or METRICS_PORT"),
        ({"HOST": "0.0.0.0", "METRICS_PORT": "9090"}, Sign.NOTE, "Keep that port private"),
        ({"HOST": "0.0.0.0", "METRICS_TOKEN": "for-the-watchers"}, Sign.GOOD, "METRICS_TOKEN"),
    ],
)
async def test_it_says_who_may_see_the_figures(
    ward: Ward, environ: dict[str, str], sign: Sign, words: str
) -> None:
    ward.environ.update(environ)
    (finding,) = await ward.findings("Metrics")
    assert (finding.sign, words in finding.says) == (sign, True)


# as a command


async def doctor(ward: Ward, folder: Path, *more: str) -> tuple[int, str]:
    environ = {**ward.environ, "CALLWARDEN_CONFIG": str(ward.file)}
    program = await warm("bot", "doctor", *more, environ=environ, log=folder / "log")
    async with asyncio.timeout(30):
        return await program.ended(), await program.rest()


async def test_the_command_ends_with_1_only_when_something_must_be_mended(
    ward: Ward, tmp_path: Path
) -> None:
    ward.environ["SLACK_SIGNING_SECRET"] = "odd, which is a warning"
    code, said = await doctor(ward, tmp_path)
    assert (code, said.splitlines()[-1]) == (0, "0 to be mended, 1 warning.")
    ward.environ["STREAM_BASE_URL"] = NOWHERE
    code, said = await doctor(ward, tmp_path, "--json")
    assert code == 1
    assert [one["about"] for one in json.loads(said) if one["sign"] == "bad"] == ["Stream Video"]
