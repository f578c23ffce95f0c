"""A database that cannot be used: which kind of trouble it is, and what mends it."""

import errno
import re
import sqlite3
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from bot.errors import DatabaseUnavailable, DatabaseUnusable, StoreError
from bot.store import SqlStore, open_store, startup
from bot.store.failures.classify import store_error_for, translated_errors
from bot.store.failures.kinds import POSTGRESQL, SQLITE, FailureKind
from bot.store.migrate import migrate
from bot.store.urls import address_of
from tests.fakes.clock import ManualClock
from tests.fakes.postgres import refusing

PASSWORD = "hunter2"


async def met(url: str) -> StoreError:
    """What is said by a look at that database."""
    store = SqlStore(url, ManualClock())
    try:
        with pytest.raises(StoreError) as caught:
            await store.ping()
    finally:
        await store.stop()
    assert PASSWORD not in f"{caught.value} {caught.value.next_step}"
    assert caught.value.next_step.endswith(".")
    return caught.value


@pytest.fixture(scope="session")
def strict_server(postgres_server: str) -> str:
    """The server with users who need a password, and who may do nothing else."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE ann LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("CREATE ROLE newcomer LOGIN")
        (file,) = connection.execute("SHOW hba_file").fetchone() or ("",)
        rules = Path(file)
        first = "local all ann scram-sha-256\nlocal all peter peer\nlocal all shut reject\n"
        rules.write_text(first + rules.read_text(encoding="utf-8"), encoding="utf-8")
        connection.execute("CREATE ROLE peter LOGIN; CREATE ROLE shut LOGIN")
        connection.execute("SELECT pg_reload_conf()")
    return postgres_server


@pytest.mark.parametrize(
    ("login", "database", "says", "mend"),
    [
        ("ann:wrong", "postgres", "does not take this password for user ann", "@ is written %40"),
        ("ann", "postgres", "asks for a password", "after the user"),
        ("nobody", "postgres", "knows no user nobody", "Create that user"),
        ("postgres", "nowhere", "no database nowhere", "Create it"),
        ("peter", "postgres", "calls peter as well", "Run as that user"),
        ("shut", "postgres", "does not let user shut into database postgres", "pg_hba.conf"),
    ],
)
async def test_a_server_that_lets_nobody_in_like_that_is_not_waited_for(
    strict_server: str, login: str, database: str, says: str, mend: str
) -> None:
    socket = strict_server.partition("?")[2]
    error = await met(f"postgresql://{login}@/{database}?{socket}")
    assert isinstance(error, DatabaseUnusable)
    assert says in str(error)
    assert mend in error.next_step


async def test_a_right_password_is_taken(strict_server: str) -> None:
    socket = strict_server.partition("?")[2]
    for url in (
        f"postgresql://ann:{PASSWORD}@/postgres?{socket}",
        f"postgresql://ann@/postgres?{socket}&password={PASSWORD}",
    ):
        async with open_store(url, ManualClock()) as store:
            await store.ping()


async def test_a_user_who_may_not_make_tables_is_told_what_to_grant(strict_server: str) -> None:
    url = strict_server.replace("/postgres?", "/template1?").replace("postgres:@", "newcomer@")
    with pytest.raises(DatabaseUnusable, match="newcomer may not make tables") as caught:
        await migrate(url)
    assert "GRANT USAGE, CREATE ON SCHEMA public" in caught.value.next_step


async def test_a_user_who_may_not_read_the_tables_is_not_told_to_migrate(
    strict_server: str,
) -> None:
    url = strict_server.replace("postgres:@", "newcomer@")
    with pytest.raises(DatabaseUnusable, match="newcomer may not do") as caught:
        async with startup.open_read_write(url, ManualClock(), line_channel=None):
            pass
    assert "rights" in caught.value.next_step


@pytest.mark.parametrize(
    ("url", "says", "mend"),
    [
        ("postgresql://ann:hunter2@127.0.0.1:9/x", "127.0.0.1:9 refuses", "Start the server"),
        ("postgresql://ann:hunter2@/x?host=/no/such", "/no/such refuses", "Start the server"),
        ("postgresql://ann:hunter2@no-such.invalid/x", "no-such.invalid is not known", "DNS"),
        (f"postgresql://ann:hunter2@{'x' * 70}.test/x", "is not known", "DNS"),
    ],
)
async def test_a_server_that_may_come_later_is_unavailable(url: str, says: str, mend: str) -> None:
    error = await met(url)
    assert isinstance(error, DatabaseUnavailable)
    assert says in str(error)
    assert mend in error.next_step


@pytest.mark.parametrize(
    ("parameter", "says"),
    [
        ("sslmode=hunter2", "(sslmode)"),
        ("target_session_attrs=hunter2", "(target_session_attrs)"),
        ("options=-c%20no_such=hunter2", "a parameter of DATABASE_URL"),
        ("options=-c%20work_mem=hunter2", "a parameter of DATABASE_URL"),
        ("sslcert=/no/such&sslkey=/no/such&sslmode=require&host=127.0.0.1&port=9", "refuses"),
    ],
)
async def test_a_parameter_that_is_not_taken_is_named_without_its_value(
    postgres_server: str, parameter: str, says: str
) -> None:
    socket = "" if "host=" in parameter else f"&{postgres_server.partition('?')[2]}"
    assert says in str(await met(f"postgresql://postgres@/postgres?{parameter}{socket}"))


@pytest.mark.parametrize(
    ("words", "code", "sort", "says"),
    [
        ("the database system is starting up", "57P03", DatabaseUnavailable, "starting"),
        ("sorry, too many clients already", "53300", DatabaseUnavailable, "no connection left"),
        ("", "", DatabaseUnavailable, "closed the connection"),
        ("query_wait_timeout", "08P01", DatabaseUnavailable, "does not reach its PostgreSQL"),
        ("pgbouncer cannot connect to server", "08P01", DatabaseUnavailable, "pooler"),
        ("no such database: calls", "08P01", DatabaseUnusable, "no database calls"),
        ("no such user: ann", "08P01", DatabaseUnusable, "knows no user ann"),
        ("SASL authentication failed", "08P01", DatabaseUnusable, "password for user ann"),
        ("unsupported startup parameter: options", "08P01", DatabaseUnusable, "a parameter"),
        ("SSL required", "08P01", DatabaseUnusable, "in this way"),
        (
            'no pg_hba.conf entry for host "1.2.3.4", user "ann", database "calls", no encryption',
            "28000",
            DatabaseUnusable,
            "in this way",
        ),
        ('permission denied for database "calls"', "42501", DatabaseUnusable, "may not connect"),
        ("das weiß nur ich", "XX000", DatabaseUnavailable, "weiß nur ich"),
    ],
)
async def test_what_servers_and_poolers_say_is_told_apart(
    words: str, code: str, sort: type[StoreError], says: str
) -> None:
    with refusing(words, code) as where:
        error = await met(f"postgresql://ann:hunter2@{where}/calls")
    assert type(error) is sort
    assert says in str(error)


async def test_a_server_without_tls_is_told_where_tls_is_asked_for() -> None:
    with refusing("never said") as where:
        error = await met(f"postgresql://ann:hunter2@{where}/calls?sslmode=require")
    assert isinstance(error, DatabaseUnusable)
    assert "speaks no TLS" in str(error)


# SQLite


async def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all, " * 500, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'letter.txt'}"
    assert "is no SQLite database" in str(await met(url))
    with pytest.raises(DatabaseUnusable, match="is no SQLite database"):
        await migrate(url)


async def test_a_damaged_file_is_said_to_be_damaged(sqlite_url: str) -> None:
    file = address_of(sqlite_url).file
    assert file
    content = bytearray(file.read_bytes())
    content[100:4096] = bytes(3996)
    file.write_bytes(content)
    store = SqlStore(sqlite_url, ManualClock())
    with pytest.raises(DatabaseUnusable, match="is damaged") as caught:
        await store.schema()
    await store.stop()
    assert "backup" in caught.value.next_step


async def test_a_locked_file_is_unavailable(sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailable, match="locked by another program"):
            await migrate(sqlite_url)
    other.close()


def inside(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


@pytest.mark.parametrize(
    ("path", "says", "mend"),
    [
        ("none/calls.db", "no folder", "Make the folder"),
        ("", "is a folder", "a file's name"),
    ],
)
async def test_a_place_where_no_file_can_be_is_refused_and_nothing_is_made(
    tmp_path: Path, path: str, says: str, mend: str
) -> None:
    url = f"sqlite:///{tmp_path / path}"

    async def work() -> None:
        async with startup.open_read_write(url, ManualClock(), line_channel=None, wait=True):
            pass

    async def look() -> None:
        async with startup.open_read_only(url):
            pass

    for attempt in (work, look, lambda: migrate(url)):
        with pytest.raises(DatabaseUnusable, match=says) as caught:
            await attempt()
        assert mend in caught.value.next_step
    assert inside(tmp_path) == []


async def test_a_folder_in_which_no_file_can_be_made_is_not_held_by_another_process() -> None:
    url = "sqlite:////proc/calls.db"
    with pytest.raises(DatabaseUnusable, match="cannot be made there") as caught:
        await migrate(url)
    assert "right" in caught.value.next_step
    assert isinstance(await met(url), DatabaseUnusable)


def code(name: str) -> sqlite3.Error:
    """SQLite's error with that result code."""
    error = sqlite3.OperationalError("said by SQLite")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("SQLITE_READONLY_DIRECTORY", DatabaseUnusable),
        ("SQLITE_CANTOPEN_ISDIR", DatabaseUnusable),
        ("SQLITE_FULL", DatabaseUnavailable),
        ("SQLITE_IOERR_WRITE", DatabaseUnavailable),
        ("SQLITE_INTERNAL", DatabaseUnavailable),
    ],
)
def test_result_codes_of_sqlite_are_told_apart(name: str, sort: type[StoreError]) -> None:
    address = address_of("sqlite:////var/calls.db")
    with pytest.raises(sort, match=re.escape("/var/calls.db")), translated_errors(address):
        raise OperationalError("SELECT 1", {}, code(name))


@pytest.mark.parametrize("port", [25006, 42501, 53100, 53300])
def test_a_port_is_not_taken_for_a_code(port: int) -> None:
    address = address_of(f"postgresql://ann@db.test:{port}/calls")
    said = f'connection to server at "db.test", port {port} failed: server closed the connection'
    with (
        pytest.raises(DatabaseUnavailable, match="closed the connection"),
        translated_errors(address),
    ):
        raise OperationalError("SELECT 1", {}, psycopg.OperationalError(said))


@pytest.mark.parametrize("kind", [*POSTGRESQL, *SQLITE], ids=lambda kind: kind.signs[:20])
def test_every_kind_says_what_mends_it(kind: FailureKind) -> None:
    assert kind.says.endswith(".")
    assert kind.mend.endswith(".")


@given(st.text(alphabet="ab@%: ", max_size=8), st.text(alphabet="ab@%: ", max_size=8))
def test_words_of_a_server_never_carry_a_secret(before: str, after: str) -> None:
    address = address_of(f"postgresql://ann:{PASSWORD}@db/calls?options=-c%20x={PASSWORD}")
    shown = store_error_for(OSError(errno.EIO, f"{before}{PASSWORD}{after}"), address)
    assert PASSWORD not in f"{shown} {shown.next_step}"
