"""A line to the hub: what carries frames both ways, in order and whole, until it breaks."""

import ssl
from typing import Protocol

from vocu.errors import RefusedError, VocuError

CONNECT_SECONDS = 10.0
MAX_FROM_HUB = 32 * 1024 * 1024


class OfflineError(VocuError):
    """The hub cannot be reached now. What was written waits in the outbox."""


class BlockedError(OfflineError):
    """Something answers, or nothing does, but no line of this kind comes about: one of another kind may."""


class Line(Protocol):
    """Frames as bytes. Each method raises OfflineError when the line is gone, or the reason that the hub gave."""

    @property
    def certificate(self) -> bytes | None:
        """The certificate that was shown to this desk (DER); None without TLS."""

    async def send(self, data: bytes) -> None: ...

    async def receive(self) -> bytes: ...

    async def close(self) -> None: ...


def closed_by_hub(code: int, reason: str) -> VocuError:
    """What it means that the hub closed a line with this code (docs/protocol.md §7)."""
    refused = {4403: "not-admitted", 4409: "wrong-position"}.get(code)
    if refused is not None:
        return RefusedError(refused, reason or "The hub does not serve this desk.")
    return OfflineError("offline", "The line to the hub is gone; what is not yet delivered waits in the outbox.")


def unreachable(error: Exception) -> OfflineError:
    """Why a connection did not come about."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return OfflineError(
                "untrusted-certificate",
                f"Who answers at the hub's address shows a certificate that this machine does not trust "
                f"({cause.verify_message}). Either the hub's own authority is missing here (`SSL_CERT_FILE`), or the "
                "network opens encrypted connections; then have the hub's name exempted from TLS inspection.",
            )
        cause = cause.__cause__ or cause.__context__
    return OfflineError("offline", f"The hub cannot be reached now ({str(error) or type(error).__name__}).")
