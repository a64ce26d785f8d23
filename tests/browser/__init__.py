"""A real browser at real desks, which talk to a real hub."""
