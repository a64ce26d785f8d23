"""The desk: one contact point's own program, as a command line and as an importable client (`Desk`)."""

from vocu_client.app import Desk, OfflineError
from vocu_client.founding import create_operation, join
from vocu_client.planning import Plan
from vocu_client.settings import Home

__all__ = ["Desk", "Home", "OfflineError", "Plan", "create_operation", "join"]
