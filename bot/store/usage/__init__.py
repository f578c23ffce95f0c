"""Past calls and their sums, written and read."""
