"""What is typed: the text of the slash command, read and carried out."""
