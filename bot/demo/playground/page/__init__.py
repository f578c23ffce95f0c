"""The page: what a moderator would see in Slack, and beside it the other end of the call."""
