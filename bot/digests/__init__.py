"""The daily digest: who wants it when, what it says of a day, and that it is posted once."""
