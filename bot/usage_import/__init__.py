"""Reading the vendors' past calls, and writing whole days of them into the database."""
