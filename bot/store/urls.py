"""DATABASE_URL as hosts give it, turned into the URL of an async SQLAlchemy engine."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigError

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}


def async_url(given: str) -> URL:
    """The engine's URL; its `str()` hides the password.

    Takes `postgres://…`, `postgresql://…`, `sqlite:///path` and a bare file path. Raises
    ConfigError for anything else, without repeating it: it may hold a password.
    """
    if "://" not in given:
        return URL.create("sqlite+aiosqlite", database=_file(given))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:
        raise ConfigError("DATABASE_URL cannot be read as a database address.") from error
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise ConfigError(
            f"DATABASE_URL names {url.drivername!r}; only PostgreSQL and SQLite are known."
        )
    url = url.set(drivername=driver)
    return url.set(database=_file(url.database)) if is_sqlite(url) else url


def is_sqlite(url: URL) -> bool:
    """Whether the URL names an SQLite file."""
    return url.get_backend_name() == "sqlite"


def sqlite_file(given: str) -> Path | None:
    """The SQLite file that DATABASE_URL names; None for PostgreSQL. Raises as `async_url`."""
    url = async_url(given)
    return Path(url.database) if is_sqlite(url) and url.database else None


def _file(path: str | None) -> str:
    if not path or path == ":memory:" or path.startswith("file:"):
        raise ConfigError("DATABASE_URL must name an SQLite file: what is in memory is lost.")
    return str(Path(path).expanduser())
