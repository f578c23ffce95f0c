"""One path for every verb: plan, permit, record, act, read back, tell."""
