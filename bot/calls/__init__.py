"""The words of the domain, no I/O: calls, people, verbs, capabilities, cases."""
