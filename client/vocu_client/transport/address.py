"""Which addresses a desk talks to, and whom it trusts there."""

import ssl
from urllib.parse import urlsplit

from vocu.errors import RefusedError

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def require_safe_address(hub: str) -> None:
    """Raises RefusedError for an address that is neither TLS nor on this machine."""
    parts = urlsplit(hub)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise RefusedError("no-tls", f"{hub} is neither https nor on this machine; ask for the hub's https address.")


def trust(hub: str) -> ssl.SSLContext | None:
    """The authorities that this machine trusts, with those in `SSL_CERT_FILE`; None on loopback without TLS."""
    return ssl.create_default_context() if urlsplit(hub).scheme == "https" else None
