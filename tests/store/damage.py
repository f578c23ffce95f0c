"""What somebody can do who has the database's password, or its file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from bot.store.urls import sqlite_file

GUARDED = ("audit", "moderation_case", "checkpoint")
"""Tables with triggers."""


def tamper(url: str, *statements: str) -> None:
    """Do this beside the program, with the triggers in their place; raises what they refuse."""
    with _connected(url) as connection:
        for statement in statements:
            connection.execute(statement)


def damage(url: str, *statements: str) -> None:
    """Do this with the triggers out of the way, and put them back as they were."""
    with _connected(url) as connection, _guards_off(connection):
        for statement in statements:
            connection.execute(statement)


@contextmanager
def unguarded(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """PostgreSQL without its triggers, which are as before afterwards."""
    for table in GUARDED:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    enabled = connection.execute(
        "SELECT tgrelid::regclass, tgname FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY (%s)",
        [list(GUARDED)],
    )
    for table, name in enabled.fetchall():
        connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    """A connection that commits at the end."""
    if file := sqlite_file(url):
        with closing(sqlite3.connect(file)) as lite, lite:
            yield lite
    else:
        with psycopg.connect(url) as connection:
            yield connection


@contextmanager
def _guards_off(connection: Any) -> Iterator[None]:
    if isinstance(connection, psycopg.Connection):
        with unguarded(connection):
            yield
        return
    listed = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = listed.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.execute(sql)
