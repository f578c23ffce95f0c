"""Stream Video: its client, by what is done with it: acts, queries, reports, search, history."""
