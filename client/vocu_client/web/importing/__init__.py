"""Importing a file step by step: what is kept of it, what its columns hold, what an officer says of them."""
