"""Migrating a database to the tables of this release. Alembic is loaded only when this runs."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot.store.audit import triggers
from bot.store.database import Database
from bot.store.failures.classify import translated_errors
from bot.store.instance_lock import InstanceLock
from bot.store.schema import Fit, Schema, mark_compatibility, schema_of
from bot.store.urls import address_of

if TYPE_CHECKING:
    from alembic.config import Config


async def migrate(url: str) -> Schema:
    """Create or update the tables, in one transaction, and return the schema that was found.

    Nothing is done when they are current; triggers that are missing or were changed are put back.
    Tables of a newer release stay as they are. Two processes may start at once: on PostgreSQL the
    second waits for the first.

    Raises ConfigError when `url` cannot be understood, NewerDatabase when this release cannot work
    with the tables, InstanceLocked when another process has the SQLite file, DatabaseUnavailable
    when the database does not answer, and DatabaseUnusable when it cannot be changed.
    """
    address = address_of(url)
    lock, database = InstanceLock(address), Database(address)
    lock.acquire()
    try:
        with translated_errors(address):
            async with database.engine.connect() as connection:
                await connection.run_sync(database.begin, counting=True)
                found = await connection.run_sync(_upgrade)
                await connection.commit()
    finally:
        await database.engine.dispose()
        lock.release()
    return found


def alembic_config(connection: Connection) -> "Config":
    """Alembic's configuration for our revisions, on an open connection."""
    from alembic.config import Config  # noqa: PLC0415 - 0.2 s that a start has not got

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> Schema:
    from alembic import command  # noqa: PLC0415 - as above

    found = schema_of(connection)
    found.require_not_too_new()
    if found.fit is Fit.OLDER:
        command.upgrade(alembic_config(connection), "head")
        mark_compatibility(connection)
    if found.fit is not Fit.NEWER and triggers.faults(connection):
        triggers.install(connection)
    return found
