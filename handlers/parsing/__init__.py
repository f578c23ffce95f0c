"""What is typed, read: words, options, moments, and what is asked for with them."""
