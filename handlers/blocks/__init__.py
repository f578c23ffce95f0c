"""Block Kit as pure functions: data in, blocks out; no client, no waiting, no clock."""
