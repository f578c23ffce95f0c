"""The checkpoint: the last audit entry that was verified. A chain that ends before it was cut."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, insert, select, update

from bot.store.audit.chain import Head
from bot.store.database import Database
from bot.store.tables.audit import CHECKPOINT
from bot.store.writing.connection import Transaction

THE_CHECKPOINT = 1
"""There is one row of it."""


async def read_checkpoint(database: Database) -> Head:
    """The checkpoint; the beginning of the chain where none was set."""
    kept = select(CHECKPOINT.c.entry_id, CHECKPOINT.c.hash).where(CHECKPOINT.c.id == THE_CHECKPOINT)
    async with database.reading() as connection:
        row = (await connection.execute(kept)).one_or_none()
    return Head(*row) if row else Head()


def keep_checkpoint(transaction: Transaction, heads: Sequence[tuple[Head, Any]]) -> Sequence[None]:
    """Set the checkpoint to the furthest of these, each with its moment; it never moves back."""
    head, at = max(heads, key=lambda pair: pair[0].id)
    row = {"entry_id": head.id, "hash": head.hash, "at": at}
    the_one = CHECKPOINT.c.id == THE_CHECKPOINT
    known = transaction.connection.scalar(select(CHECKPOINT.c.entry_id).where(the_one))
    if known is None:
        transaction.connection.execute(insert(CHECKPOINT).values(row | {"id": THE_CHECKPOINT}))
    else:
        onward = and_(the_one, CHECKPOINT.c.entry_id <= head.id)
        transaction.connection.execute(update(CHECKPOINT).where(onward).values(row))
    return [None] * len(heads)
