"""The database: cases, deliveries, notices and the audit chain. The only SQL there is."""

from bot.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
