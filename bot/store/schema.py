"""The schema of a database: of this release, of an older one, or of a newer one."""

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, inspect, select, text

from bot.errors import NewerDatabase
from bot.store.migrations import HEAD, OLDEST
from bot.store.tables.state import COMPATIBILITY


class Fit(StrEnum):
    """How the tables of a database fit this release."""

    CURRENT = "current"
    """They are its own."""
    OLDER = "older"
    """There are none, or they have to be migrated."""
    NEWER = "newer"
    """A newer release made them, and says that this one can work with them."""
    TOO_NEW = "too new"
    """A newer release made them, and only newer ones can work with them."""


class Schema(NamedTuple):
    """The revision of the tables, and the oldest release, by its HEAD, that can work with them.

    Revisions are numbers of four digits, so that the greater text is the later one.
    """

    revision: str | None
    oldest: str | None

    @property
    def fit(self) -> Fit:
        """How the tables fit this release."""
        if self.revision == HEAD:
            return Fit.CURRENT
        if self.revision is None or self.revision < HEAD:
            return Fit.OLDER
        return Fit.NEWER if self.oldest is not None and self.oldest <= HEAD else Fit.TOO_NEW

    @property
    def fits(self) -> bool:
        """Whether this release can work with the tables as they are."""
        return self.fit in (Fit.CURRENT, Fit.NEWER)

    @property
    def after_migrating(self) -> str:
        """The sentence that `callwarden migrate` ends with when it found these tables."""
        if self.fit is Fit.NEWER:
            newer = f"The database is of a newer release (revision {self.revision})."
            return f"{newer} This one can work with it; nothing was changed."
        return "The database is up to date."

    def require_not_too_new(self) -> None:
        """Raises NewerDatabase when only newer releases can work with the tables."""
        if self.fit is Fit.TOO_NEW:
            raise NewerDatabase(
                f"This database is of a newer release (revision {self.revision};"
                f" this one knows {HEAD}).",
                next_step="Run that release, or go back to a copy of the database from before it.",
            )


def schema_of(connection: Connection) -> Schema:
    """Read the revision of a database, and which release can still work with it."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        return Schema(None, None)
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if COMPATIBILITY.name not in tables:
        return Schema(revision, None)
    return Schema(revision, connection.scalar(select(COMPATIBILITY.c.oldest)))


def mark_compatibility(connection: Connection) -> None:
    """Write down that releases from `OLDEST` on can work with these tables."""
    connection.execute(delete(COMPATIBILITY))
    connection.execute(insert(COMPATIBILITY).values(id=1, oldest=OLDEST))
