"""APScheduler as a timer, and the jobs it runs at intervals; rows decide what is due."""
