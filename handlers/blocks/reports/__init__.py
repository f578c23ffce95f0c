"""What a vendor keeps about a call, as messages."""
