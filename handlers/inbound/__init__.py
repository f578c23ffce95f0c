"""How requests come in: by HTTP or by socket, verified, read, counted and given to Bolt."""
