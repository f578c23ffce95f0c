"""The domain without I/O: calls, people, verbs, capabilities, cases, reports."""
