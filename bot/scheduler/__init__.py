"""APScheduler rings at intervals, and what is done at each ring; rows decide what is due."""
