"""Adding thousands of rows at once, at the speed of the database."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, text

from bot.store.tables import Utc

_MANY = (
    "INSERT INTO {table} "
    "SELECT * FROM json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json))"
)
"""For PostgreSQL, which otherwise takes each row as a message of its own.

https://www.postgresql.org/docs/current/functions-json.html#FUNCTIONS-JSON-PROCESSING-TABLE
"""


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows that have a value for every column; moments are aware."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        given = json.dumps(rows, default=datetime.isoformat)
        connection.execute(text(_MANY.format(table=table.name)), {"rows": given})
    elif any(isinstance(column.type, Utc) for column in table.c):
        connection.execute(insert(table), rows)
    else:  # nothing for SQLAlchemy to turn into what SQLite keeps
        names = [column.name for column in table.c]
        marks = ", ".join(f":{name}" for name in names)
        sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  names of ours
        connection.exec_driver_sql(sql, rows)
