"""A database that another release has migrated: used where it can be, otherwise named."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import ConfigError, NewerDatabase
from bot.store import migrations, open_store, startup
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.migrations import HEAD, OLDEST
from bot.store.schema import Fit, Schema
from bot.store.urls import address_of
from tests.fakes.clock import ManualClock
from tests.store.orders import order

LATER = "9999"

Become = Callable[[str, str | None], None]


@pytest.fixture
def become(database_url: str) -> Iterator[Become]:
    """Make the database one of another revision, with the oldest release that can work with it."""

    def change(revision: str, oldest: str | None) -> None:
        asyncio.run(_become(database_url, revision, oldest))

    yield change
    change(HEAD, OLDEST)


async def _become(url: str, revision: str, oldest: str | None) -> None:
    database = Database(address_of(url))
    async with database.engine.begin() as connection:
        await connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        await connection.execute(text("DELETE FROM schema_compatibility"))
        if oldest is not None:
            insert = f"INSERT INTO schema_compatibility VALUES (1, '{oldest}')"
            await connection.execute(text(insert))
    await database.engine.dispose()


@pytest.mark.parametrize(
    ("schema", "fit"),
    [
        (Schema(None, None), Fit.OLDER),
        (Schema("0001", None), Fit.OLDER),
        (Schema(HEAD, OLDEST), Fit.CURRENT),
        (Schema(HEAD, None), Fit.CURRENT),
        (Schema(LATER, HEAD), Fit.NEWER),
        (Schema(LATER, "0001"), Fit.NEWER),
        (Schema(LATER, LATER), Fit.TOO_NEW),
        (Schema(LATER, None), Fit.TOO_NEW),
    ],
)
def test_a_database_says_which_releases_can_work_with_it(schema: Schema, fit: Fit) -> None:
    assert schema.fit is fit
    assert schema.fits is (fit in {Fit.CURRENT, Fit.NEWER})


def test_a_migrated_database_says_what_the_oldest_release_is(database_url: str) -> None:
    async def look() -> Schema:
        async with open_store(database_url, ManualClock()) as store:
            return await store.schema()

    assert asyncio.run(look()) == Schema(HEAD, OLDEST)


def test_a_release_works_beside_a_newer_one_that_only_added_tables(
    database_url: str, become: Become
) -> None:
    become(LATER, HEAD)

    async def work() -> int:
        async with startup.open_read_write(database_url, ManualClock(), line_channel=None) as store:
            assert await store.schema_fits()
            await store.accept(order())
        async with startup.open_read_only(database_url) as store:
            return await store.verify()

    assert asyncio.run(work()) == 1
    found = asyncio.run(migrate(database_url))
    assert found == Schema(LATER, HEAD)
    assert "newer release (revision 9999)" in found.after_migrating


def test_a_release_that_cannot_work_with_a_newer_database_says_which_one_can(
    database_url: str, become: Become
) -> None:
    become(LATER, LATER)

    async def work() -> None:
        async with startup.open_read_write(database_url, ManualClock(), line_channel=None):
            pass

    async def look() -> None:
        async with startup.open_read_only(database_url):
            pass

    for attempt in (work, look, lambda: migrate(database_url)):
        with pytest.raises(NewerDatabase, match="newer release") as caught:
            asyncio.run(attempt())
        assert LATER in str(caught.value)
        assert "Run that release" in caught.value.next_step


async def test_a_store_without_tables_is_not_looked_at(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("empty") / "empty.db"
    file.touch()
    with pytest.raises(ConfigError, match="tables that this release needs"):
        async with startup.open_read_only(f"sqlite:///{file}"):
            pass


def test_head_is_the_latest_revision() -> None:
    """A migration that HEAD does not name: a release takes its own tables for a newer one's."""
    folder = Path(migrations.__file__).parent / "versions"
    assert max(path.name[1:5] for path in folder.glob("v*.py")) == HEAD
