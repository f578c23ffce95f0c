"""Past calls and their sums."""
