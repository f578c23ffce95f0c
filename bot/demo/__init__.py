"""A world on a laptop: people and calls, three vendor servers, and a stand-in for Slack."""
