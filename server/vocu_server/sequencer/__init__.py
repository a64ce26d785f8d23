"""What the hub admits, in which order, and what it says of it."""
