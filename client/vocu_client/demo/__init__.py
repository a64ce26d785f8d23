"""A whole operation on this machine: a real hub process, real desk processes, and what they did in plain words."""
