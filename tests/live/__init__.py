"""The bot as it really runs: its own processes, a make-believe world around it, signed requests."""
