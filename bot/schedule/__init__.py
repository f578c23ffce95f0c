"""The bell: APScheduler rings, rows decide."""
