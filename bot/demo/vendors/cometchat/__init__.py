"""A make-believe CometChat: its server, what it keeps and answers."""
