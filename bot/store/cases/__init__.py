"""Orders and cases: their intake, the queue of open ones, the outbox, and what is read of them."""
