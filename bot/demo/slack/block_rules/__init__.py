"""Block Kit's rules, as Slack documents them: what it would say before showing blocks."""
