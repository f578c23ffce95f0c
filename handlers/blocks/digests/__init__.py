"""What digests say and ask, as blocks and as plain text."""
