"""Usage without I/O: past calls as vendors report them, and their sums by quarter of an hour."""
