"""The desk's connection to the hub: one line with verified frames, and HTTP for what does not fit into it."""

from vocu_client.transport.address import require_safe_address
from vocu_client.transport.channel import Channel, exhibiting, sleep_with_jitter, visit
from vocu_client.transport.http import HubHTTP
from vocu_client.transport.line import OfflineError
from vocu_client.transport.way import Way

__all__ = [
    "Channel",
    "HubHTTP",
    "OfflineError",
    "Way",
    "exhibiting",
    "require_safe_address",
    "sleep_with_jitter",
    "visit",
]
