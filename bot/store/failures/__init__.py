"""Failures of a database: told apart by their errors, and described in words for people."""
