"""Digests: subscriptions and their changes, postings, announcements, and what digests tell."""
