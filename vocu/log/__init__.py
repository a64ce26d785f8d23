"""The log: a Merkle tree of everything that was said, its signed heads, and what a desk may conclude from them."""
