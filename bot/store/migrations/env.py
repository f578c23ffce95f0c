"""Alembic's entry: runs on the connection that `bot.store.migrate` hands over."""

from alembic import context

from bot.store.tables.cases import CASE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=CASE.metadata,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
