"""Keeping a hub: backups and their restoring, upgrades. The serving hub knows nothing of it."""
