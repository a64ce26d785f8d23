"""What people read: newsletters and results tables in the forms in which they are passed on."""
