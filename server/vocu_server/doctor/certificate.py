"""The hub's certificate, as desks will see it: the handshake is tried here, in memory."""

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from vocu.crypto.certificates import read_certificate
from vocu.errors import MalformedError
from vocu_server.doctor.finding import Finding, bad, ok, warn
from vocu_server.settings import HubFolder

OF = "certificate"
DAY_MS = 24 * 3600 * 1000
SOON, VERY_SOON = 21, 7
"""Days before its end: when a renewal is late, and when it is urgent."""
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104  not listened on, only recognised


def certificate(hub: HubFolder, now: int) -> Iterator[Finding]:
    """It is good today and for weeks, its key fits, it names the hub, and a desk of this machine trusts its issuer."""
    settings = hub.settings
    if settings.tls_certificate is None or settings.tls_key is None:
        yield ok(OF, f"no TLS here: {settings.host} is this machine alone, behind a proxy that holds the certificate")
        return
    path, key = hub.path(settings.tls_certificate), hub.path(settings.tls_key)
    try:
        found = read_certificate(path.read_bytes())
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(path, key)
    except MalformedError as error:
        yield bad(OF, f"{path}: {error.message}", "name a certificate in PEM, its issuers behind it")
        return
    except (OSError, ssl.SSLError) as error:
        why = error.reason if isinstance(error, ssl.SSLError) else error.strerror
        yield bad(OF, f"{path} and {key} do not work together ({why})", "name the key that it was made for")
        return
    yield from _lifetime(found.begins, found.ends, now)
    name = name_of_hub(hub) or next(iter(found.names), "")
    yield _as_a_desk_sees_it(serving, name)


def name_of_hub(hub: HubFolder) -> str:
    """The name by which desks reach this hub, as far as the settings say; else empty."""
    public = getattr(hub.settings, "public_url", None)
    if public:
        return urlsplit(public).hostname or ""
    return "" if hub.settings.host in EVERYWHERE else hub.settings.host


def _lifetime(begins: int, ends: int, now: int) -> Iterator[Finding]:
    days = (ends - now) // DAY_MS
    if now < begins:
        yield bad(OF, "it is not valid yet", "look at this machine's clock, or take the certificate that is")
    elif days < 0:
        yield bad(OF, "it has expired, and desks refuse it", "renew it, then restart the hub")
    elif days < VERY_SOON:
        yield bad(OF, f"it expires in {days} days", "renew it today, then restart the hub")
    elif days < SOON:
        yield warn(OF, f"it expires in {days} days", "renew it, and find out why that did not happen by itself")
    else:
        yield ok(OF, f"valid for {days} days")


def _as_a_desk_sees_it(serving: ssl.SSLContext, name: str) -> Finding:
    """A handshake between a hub and a desk, both in memory: nothing goes out."""
    try:
        _shake_hands(serving, ssl.create_default_context(), name)
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message.rstrip(".")
        if "match" in why.lower():
            return bad(OF, f"a desk refuses it: {why}", f"get a certificate for {name}, or correct the hub's address")
        return warn(
            OF,
            f"a desk on this machine refuses it: {why}",
            "put the issuers' certificates behind it in the same file; an authority of your own must be known at every "
            "desk (SSL_CERT_FILE, or the system's store)",
        )
    except (ssl.SSLError, ValueError) as error:
        return bad(OF, f"no TLS comes about with it ({error})", "make a new key and have it certified")
    return ok(OF, f"a desk on this machine trusts it as {name}")


def _shake_hands(serving: ssl.SSLContext, asking: ssl.SSLContext, name: str) -> None:
    to_hub, to_desk = ssl.MemoryBIO(), ssl.MemoryBIO()
    desk = asking.wrap_bio(to_desk, to_hub, server_hostname=name)
    hub = serving.wrap_bio(to_hub, to_desk, server_side=True)
    waiting = [desk, hub]
    while waiting:
        for end in tuple(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
