"""Columns that audit entries are found by, filled in for those that are there.

The bytes that are hashed are not touched. The triggers that keep the audit as it was written look
away for as long as the columns are filled in, inside the same transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from pydantic import ValidationError

from bot.calls.cases import AuditEntry
from bot.store.audit.columns import found_by
from bot.store.tables.types import Utc

revision = "0002"
down_revision = "0001"

CHUNK = 2000
"""Entries held in memory at a time."""

COLUMNS: Mapping[str, sa.types.TypeEngine[Any]] = {
    "at": Utc(),
    "actor": sa.String(),
    "verb": sa.String(),
    "vendor": sa.String(),
    "state": sa.String(),
    "people": sa.Text(),
}

AUDIT = sa.table(
    "audit",
    sa.column("id", sa.Integer()),
    sa.column("body", sa.LargeBinary()),
    *(sa.column(name, kind) for name, kind in COLUMNS.items()),
)

_REFUSE_SQLITE = """
CREATE TRIGGER audit_refuses_{verb} BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
"""


def upgrade() -> None:
    """Add the columns, fill them in, and index what is worth it."""
    for name, kind in COLUMNS.items():
        op.add_column("audit", sa.Column(name, kind))
    _look_away()
    _fill_in(op.get_bind())
    _look_again()
    op.create_index("audit_actor", "audit", ["actor", "id"])
    op.create_index("audit_verb", "audit", ["verb", "id"])
    op.create_index("audit_at", "audit", ["at"])


def _look_away() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_refuses_UPDATE")
    else:
        op.execute("ALTER TABLE audit DISABLE TRIGGER audit_refuses_change")


def _look_again() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_REFUSE_SQLITE.format(verb="UPDATE"))
    else:
        op.execute("ALTER TABLE audit ENABLE TRIGGER audit_refuses_change")


def _fill_in(connection: sa.Connection) -> None:
    fill = (
        sa.update(AUDIT)
        .where(AUDIT.c.id == sa.bindparam("entry"))
        .values({name: sa.bindparam(name) for name in COLUMNS})
    )
    for rows in _chunks(connection):
        read = [(entry_id, _columns(body)) for entry_id, body in rows]
        filled = [{"entry": entry_id, **found} for entry_id, found in read if found]
        if filled:
            connection.execute(fill, filled)


def _chunks(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    last = 0
    while rows := connection.execute(
        sa.select(AUDIT.c.id, AUDIT.c.body)
        .where(AUDIT.c.id > last)
        .order_by(AUDIT.c.id)
        .limit(CHUNK)
    ).all():
        yield rows
        last = rows[-1].id


def _columns(body: Any) -> dict[str, Any]:
    """What an entry is found by; nothing for one that was meddled with, which `verify` names."""
    try:
        found = found_by(AuditEntry.model_validate_json(body))
    except ValidationError:
        return {}
    found.pop("case_number")
    return found
