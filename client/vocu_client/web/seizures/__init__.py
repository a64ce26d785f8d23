"""What the seizures' pages are made of: the question in the address, the map, the history, the files to take away."""
