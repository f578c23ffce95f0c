"""Cloudflare RealtimeKit: its client, by what is done with it."""
