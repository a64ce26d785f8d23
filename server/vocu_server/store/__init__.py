"""What the hub keeps on disk: the log and what follows from it, sealed attachments, who may begin or join."""
