"""What a desk keeps on its disk, in one SQLite file."""
