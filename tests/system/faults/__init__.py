"""What machines, disks, clocks and lines do to a hub and its desks: nothing is lost, nothing comes twice."""
