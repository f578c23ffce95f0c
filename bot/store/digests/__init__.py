"""Who wants a digest, which one was posted, and what has to be told of them."""
