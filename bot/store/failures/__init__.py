"""What is wrong with a database: told apart by its errors, in words for people."""
