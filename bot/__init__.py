"""What the moderator means: calls, verbs, permission, cases, and the vendors that do them."""
