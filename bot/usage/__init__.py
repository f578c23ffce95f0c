"""How much was called: what vendors tell of past calls, and sums of it by quarter of an hour."""
