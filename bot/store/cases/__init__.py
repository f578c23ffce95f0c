"""Orders, cases and what has to be told of them: written and read."""
