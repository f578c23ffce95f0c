"""What others promise: Slack's manifest schema, and the operations of the three vendors."""
