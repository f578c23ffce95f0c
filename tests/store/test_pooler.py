"""Through PgBouncer, which gives a connection to somebody else after each transaction."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import trustme
from sqlalchemy import text

from bot.calls.cases import NoticeKind
from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.clock import SystemClock
from bot.demo.stage import open_show
from bot.errors import DatabaseUnusable
from bot.store import SqlStore, open_store, startup
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.urls import address_of
from tests.fakes.clock import ManualClock
from tests.fakes.moderator import Moderator, line
from tests.store.failures.test_classify import met
from tests.store.orders import DONE, MINUTE, due_notices, order
from tests.store.pgbouncer import NEEDS_PGBOUNCER, pgbouncer

pytestmark = NEEDS_PGBOUNCER

ROUNDS = 12
"""More than it takes until a statement is prepared (`psycopg.Connection.prepare_threshold`)."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One that also whoever runs the pooler may enter."""
    made = Path(tempfile.mkdtemp(prefix="callwarden-pooler-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def pooler(postgres_server: str, folder: Path) -> Iterator[str]:
    with pgbouncer(postgres_server, folder, pool_mode="transaction") as where:
        yield where


@pytest.fixture
def pooled_url(pooler: str, postgres_url: str) -> str:
    """An empty database with all tables, through the pooler."""
    assert postgres_url
    return f"postgresql://postgres@{pooler}/postgres"


async def carried_out(store: SqlStore, owner: str) -> int:
    """Take up what is open, finish it, and show what has to be told; how many cases there were."""
    claims = await store.claim(vendor=Vendor.STREAM, owner=owner, limit=5, lease=MINUTE)
    for claim in claims:
        assert await store.finish(claim, [DONE])
    for notice in await due_notices(store, owner=owner, limit=20, lease=MINUTE):
        await store.mark_shown(notice, posted="1.1")
    return len(claims)


async def test_processes_that_share_a_poolers_connections_do_all_there_is(pooled_url: str) -> None:
    async def work(store: SqlStore, name: str) -> int:
        done = 0
        for number in range(ROUNDS):
            await store.accept(order(f"{name}{number}", person=f"{name}{number}"))
            done += await carried_out(store, name)
            assert (await store.backlog()) is not None
        return done

    clock = SystemClock()
    async with (
        open_store(pooled_url, clock, line_channel="C-LINE", timeout_s=60) as one,
        open_store(pooled_url, clock, line_channel="C-LINE", timeout_s=60) as other,
    ):
        done = sum(await asyncio.gather(work(one, "a"), work(other, "b")))
        while more := await carried_out(one, "a"):
            done += more
        assert done == 2 * ROUNDS
        assert await other.verify() == 4 * ROUNDS
        assert not await one.due_notices(owner="a", limit=1, lease=MINUTE, kind=NoticeKind.LINE)


async def test_tables_are_made_through_a_pooler(pooler: str, postgres_server: str) -> None:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE pooled")
    url = f"postgresql://postgres@{pooler}/pooled"
    await asyncio.gather(*(migrate(url) for _ in range(3)))
    async with startup.open_read_write(url, ManualClock(), line_channel=None) as store:
        await store.require_writable()
        assert await store.verify() == 0


async def test_an_order_is_carried_out_and_told_through_a_pooler(
    pooled_url: str, tmp_path: Path
) -> None:
    call = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))
    async with open_show(tmp_path, database_url=pooled_url) as show:
        mira = Moderator(show)
        for name in ("kofi", "amina"):
            await show.sender.command(
                mira.user, show.stage.cast.ops, f"kick {call} @{name} insulting others"
            )
        assert await line(show, "kicked Kofi Mensah", "confirmed")
        assert await line(show, "kicked Amina", "confirmed")


async def prepared(url: str) -> list[int]:
    """How many statements the server keeps for a connection of each engine, used for a while."""
    database = Database(address_of(url))
    ask, count = text("SELECT :n"), text("SELECT count(*) FROM pg_prepared_statements")
    with database.writing.connect() as one:
        for number in range(ROUNDS):
            one.execute(ask, {"n": number})
        found = [one.scalar(count)]
    async with database.engine.connect() as other:
        for number in range(ROUNDS):
            await other.execute(ask, {"n": number})
        found.append(await other.scalar(count))
    await database.engine.dispose()
    return [int(count) for count in found if count is not None]


async def test_statements_are_prepared_but_through_a_pooler(
    postgres_url: str, pooled_url: str
) -> None:
    assert all(await prepared(postgres_url))
    assert await prepared(pooled_url) == [0, 0]


@pytest.fixture(scope="module")
def strict(postgres_server: str, folder: Path) -> Iterator[tuple[str, trustme.CA]]:
    """A pooler that wants TLS, and the CA that its certificate is of."""
    ca, inner = trustme.CA(), folder / "strict"
    inner.mkdir()
    certificate = ca.issue_cert("localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(inner / "server.pem")
    ca.cert_pem.write_to_path(folder / "ca.pem")
    settings = {
        "client_tls_sslmode": "require",
        "client_tls_key_file": str(inner / "server.pem"),
        "client_tls_cert_file": str(inner / "server.pem"),
    }
    with pgbouncer(postgres_server, inner, **settings) as where:
        yield where.replace("127.0.0.1", "localhost"), ca


async def test_tls_that_is_asked_for_and_trusted_is_spoken(
    strict: tuple[str, trustme.CA], folder: Path
) -> None:
    trusted = f"sslmode=verify-full&sslrootcert={folder / 'ca.pem'}"
    async with open_store(f"postgresql://x@{strict[0]}/postgres?{trusted}", ManualClock()) as store:
        await store.ping()


@pytest.mark.parametrize(
    ("parameters", "says", "mend"),
    [
        ("sslmode=disable", "does not let user x into", "sslmode=require"),
        ("sslmode=verify-full&sslrootcert=system", "not trusted", "sslrootcert"),
        ("sslmode=verify-full&sslrootcert=/no/such", "cannot be used", "sslrootcert"),
    ],
)
async def test_tls_that_does_not_come_about_says_why(
    strict: tuple[str, trustme.CA], parameters: str, says: str, mend: str
) -> None:
    error = await met(f"postgresql://x@{strict[0]}/postgres?{parameters}")
    assert isinstance(error, DatabaseUnusable)
    assert says in str(error)
    assert mend in error.next_step


async def test_a_pooler_of_single_statements_is_told_as_that(
    postgres_server: str, folder: Path
) -> None:
    inner = folder / "statement"
    inner.mkdir()
    with pgbouncer(postgres_server, inner, pool_mode="statement") as where:
        error = await met(f"postgresql://x@{where}/postgres")
    assert "gives a connection away after each statement" in str(error)


async def test_what_a_pooler_takes_no_parameter_for_is_named(pooler: str) -> None:
    error = await met(f"postgresql://x@{pooler}/postgres?options=-c%20work_mem=1MB")
    assert "parameter of DATABASE_URL (options)" in str(error)
