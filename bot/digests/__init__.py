"""The daily digest without I/O: subscriptions, what a digest says of a day, what is unusual."""
