"""Whether a hub is well: its settings, files, certificate, clock, disk, database, logs, backups, and process."""
