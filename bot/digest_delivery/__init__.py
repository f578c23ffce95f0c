"""Digests on their way: who may set one up, which are due, what they say, posted once each."""
