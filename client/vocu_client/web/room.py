"""What a desk of a duty room needs to be reached by its officers' machines."""

from pathlib import Path

from msgspec import Struct


class TeamSettings(Struct, frozen=True, kw_only=True):
    """For a desk of a duty room: the name under which colleagues find it, and its TLS certificate and key."""

    host: str
    certificate: Path
    key: Path
    bind: str = "0.0.0.0"  # noqa: S104 - the national network is where a team's desk is wanted
