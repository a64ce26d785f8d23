"""Somebody's table made into seizure reports, as a mapping says: docs/mapping.md."""
