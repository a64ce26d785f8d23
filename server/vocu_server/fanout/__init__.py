"""Who sees what of the log, and how it reaches them."""
