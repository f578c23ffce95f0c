"""How every vendor is asked: pool, rate, deadline, retries, breaker, and reading its answers."""
