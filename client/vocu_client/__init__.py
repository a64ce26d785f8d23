"""The desk: one contact point's own program, as a command line and as an importable client."""
