"""A make-believe Cloudflare RealtimeKit: its server, what it keeps, what it takes and answers."""
