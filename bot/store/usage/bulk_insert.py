"""Inserting thousands of rows at once, as fast as the database takes them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, text

_MANY = (
    "INSERT INTO {table} "
    "SELECT * FROM json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json))"
)
"""For PostgreSQL, which otherwise takes each row as a message of its own.

https://www.postgresql.org/docs/current/functions-json.html#FUNCTIONS-JSON-PROCESSING-TABLE
"""


def bulk_insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have a value for every column; moments are aware."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        _add_lite(connection, table, rows)
    else:
        given = json.dumps(rows, default=datetime.isoformat)
        connection.execute(text(_MANY.format(table=table.name)), {"rows": given})


def _add_lite(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert into SQLite by its driver; only moments are converted by SQLAlchemy.

    Values are given by position: the driver looks up names anew for every row.
    """
    names = [column.name for column in table.c]
    turned = {
        column.name: turn
        for column in table.c
        if (turn := column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect))
    }
    if turned:
        rows = [{**row, **{name: turn(row[name]) for name, turn in turned.items()}} for row in rows]
    marks = ", ".join("?" * len(names))
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608  names of ours
        list(map(itemgetter(*names), rows)),
    )
