"""The audit log: a chain of entries, appended to, read, verified and exported."""
