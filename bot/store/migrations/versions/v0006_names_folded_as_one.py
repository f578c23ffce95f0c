"""The names that audit entries are found by, folded anew: as names are compared everywhere.

Only the column that finds is written; the bytes that are hashed are not touched. The triggers that
keep the audit as it was written look away meanwhile, inside the same transaction.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from pydantic import ValidationError

from bot.calls.audit_filter import aimed_at
from bot.calls.cases import AuditEntry

revision = "0006"
down_revision = "0005"

CHUNK = 2000
"""Entries held in memory at a time."""

AUDIT = sa.table(
    "audit",
    sa.column("id", sa.Integer()),
    sa.column("body", sa.LargeBinary()),
    sa.column("people", sa.Text()),
)

_REFUSE_SQLITE = """
CREATE TRIGGER audit_refuses_UPDATE BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
"""


def upgrade() -> None:
    """Fold the names of every entry that has some."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(
        "DROP TRIGGER audit_refuses_UPDATE"
        if sqlite
        else "ALTER TABLE audit DISABLE TRIGGER audit_refuses_change"
    )
    _fold_again(op.get_bind())
    op.execute(
        _REFUSE_SQLITE if sqlite else "ALTER TABLE audit ENABLE TRIGGER audit_refuses_change"
    )


def _fold_again(connection: sa.Connection) -> None:
    fold_one = (
        sa.update(AUDIT)
        .where(AUDIT.c.id == sa.bindparam("entry"))
        .values(people=sa.bindparam("folded"))
    )
    for rows in _chunks(connection):
        changed = [
            {"entry": row.id, "folded": folded}
            for row in rows
            if (folded := _folded(row.body)) not in {None, row.people}
        ]
        if changed:
            connection.execute(fold_one, changed)


def _chunks(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    last = 0
    while rows := connection.execute(
        sa.select(AUDIT.c.id, AUDIT.c.body, AUDIT.c.people)
        .where(AUDIT.c.id > last, AUDIT.c.people.is_not(None))
        .order_by(AUDIT.c.id)
        .limit(CHUNK)
    ).all():
        yield rows
        last = rows[-1].id


def _folded(body: Any) -> str | None:
    """Whom an entry names; None for one that was meddled with, which `verify` names."""
    try:
        return aimed_at(AuditEntry.model_validate_json(body).people)
    except ValidationError:
        return None
