"""A make-believe Stream Video: its server, what it keeps, what it takes and answers."""
