"""What desk and hub say to each other, without any I/O: frames, and each side's half of a session."""
