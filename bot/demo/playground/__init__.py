"""The playground: the make-believe world, the real bot in its own process, people to be."""
