"""Which addresses a desk talks to, and whom it trusts there."""

import os
import ssl
from urllib.parse import urlsplit

from vocu.errors import MalformedError, RefusedError

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
MAX_REDIRECTS = 3
"""How often a desk lets itself be sent on to another process of the hub, one after the other."""


def require_safe_address(hub: str) -> None:
    """Raises RefusedError for an address that is neither TLS nor on this machine."""
    parts = urlsplit(hub)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise RefusedError("no-tls", f"{hub} is neither https nor on this machine; ask for the hub's https address.")


def require_redirect(here: str, there: str) -> None:
    """Raises MalformedError where no hub that is reached at `here` sends a desk to `there`: TLS is neither left nor
    begun on the way, and plain HTTP stays on this machine."""
    try:
        parts = urlsplit(there)
        plain = parts.hostname and parts.port != 0 and not (parts.username or parts.query or parts.fragment)
        require_safe_address(there)
    except (ValueError, RefusedError):
        plain = False
    if not plain or parts.scheme != urlsplit(here).scheme:
        raise MalformedError("bad-frame", f"The hub sends this desk to {there[:100]!r}, where no hub sends a desk.")


def trust(hub: str) -> ssl.SSLContext | None:
    """The authorities that this machine trusts, with those in `SSL_CERT_FILE`; None on loopback without TLS.

    Where the hub's proxy wants to know the machine (mTLS), it is shown the certificate, with its key, in the PEM file
    that `VOCU_CLIENT_CERTIFICATE` names. Raises MalformedError (bad-file).
    """
    if urlsplit(hub).scheme != "https":
        return None
    context = ssl.create_default_context()
    if own := os.environ.get("VOCU_CLIENT_CERTIFICATE"):
        try:
            context.load_cert_chain(own)
        except OSError as error:  # ssl.SSLError is one
            raise MalformedError(
                "bad-file",
                f"{own} cannot be read ({error.strerror}); let VOCU_CLIENT_CERTIFICATE name a PEM file with this "
                "machine's certificate and its key.",
            ) from None
    return context
