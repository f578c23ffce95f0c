"""SQL that one test's engine has compiled is not compiled again for the next one's.

Each test opens databases of its own, and an engine begins with nothing compiled: that took a third
of such a test's time.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event


class CompiledSql(dict[tuple[Any, ...], Any]):
    """What was compiled, by kind of database and statement, whichever engine asks for it.

    SQLAlchemy's own keys begin with the dialect, of which each engine has one.
    https://docs.sqlalchemy.org/en/20/core/connections.html#sql-caching
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(_of_any_engine(key), compiled)


def _of_any_engine(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return (type(dialect), *statement)


def keep() -> None:
    """Let every engine of this process share what was compiled."""
    shared = CompiledSql()

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=shared)

    event.listen(Engine, "engine_connect", share)
