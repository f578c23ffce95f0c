"""The services: one path for every verb, from words to an outcome that is read back."""
