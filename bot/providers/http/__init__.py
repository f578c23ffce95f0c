"""Asking a vendor by HTTP: pool, rate, deadline, retries, breaker, and reading the answers."""
