"""The one connection that writes, the thread it lives in, and the queue before it."""
