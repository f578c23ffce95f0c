"""Databases as earlier releases left them: what each wrote, as SQL of an SQLite file."""

import asyncio
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, insert, select, update

from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables.audit import AUDIT
from bot.store.tables.cases import CASE, DELIVERY, OUTBOX, REFUSED
from bot.store.tables.digests import SUBSCRIPTION, TELLING
from bot.store.urls import address_of, sqlite_file

RELEASES = {path.stem: path for path in Path(__file__).with_name("releases").glob("*.sql")}
"""By the schema each worked with. In all, cases 1 and 2 are finished and 3 to 5 are open."""

TABLES = (CASE, DELIVERY, OUTBOX, REFUSED, AUDIT, SUBSCRIPTION, TELLING)


def put(release: str, url: str) -> None:
    """Make `url` a database that this release has left, brought to the tables of today."""
    if (file := sqlite_file(url)) is not None:
        _leave(release, file)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "callwarden.db"
        _leave(release, file)
        asyncio.run(_copy(file, url))


def _leave(release: str, path: Path) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.executescript(RELEASES[release].read_text())
    asyncio.run(migrate(f"sqlite:///{path}"))


async def _copy(file: Path, url: str) -> None:
    """The same rows in another database, whose own time says that they are of today."""
    source, database = create_engine(f"sqlite:///{file}"), Database(address_of(url))
    with source.connect() as reading:
        async with database.engine.begin() as writing:
            for table in TABLES:
                rows = [dict(row) for row in reading.execute(select(table)).mappings()]
                if rows:
                    await writing.execute(insert(table), rows)
            await writing.execute(update(TELLING).values(since=database.present))
    source.dispose()
    await database.engine.dispose()
