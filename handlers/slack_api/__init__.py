"""Slack's Web API: what is asked of it and posted through it, and its errors."""
