"""The proxy that a desk's network lets it out through: from its settings, or as the environment names it."""

from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from vocu.errors import RefusedError, VocuError
from vocu_client.transport.line import OfflineError

PASSWORD_WANTED = 407


class Proxy(NamedTuple):
    """`url` is for the libraries and holds the password; `name` is for people."""

    url: str
    name: str


def proxy_for(hub: str, own: str) -> Proxy | None:
    """The proxy on the way to this address: the desk's own, or that of `HTTPS_PROXY` unless `NO_PROXY` excepts the hub.

    None where there is none, and on loopback without TLS. Raises RefusedError (bad-proxy).
    """
    parts = urlsplit(hub)
    if parts.scheme != "https":
        return None
    if own:
        return _read(own)
    named = getproxies()
    found = named.get("https") or named.get("all")
    if not found or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return _read(found if "://" in found else f"http://{found}")


def refused_by(proxy: Proxy, status: int) -> VocuError:
    """What it means that the proxy does not pass us on, and answers with this status instead."""
    if status == PASSWORD_WANTED:
        # Not to be tried again by itself: many networks lock an account after a few wrong passwords.
        return RefusedError(
            "proxy-password",
            f"The proxy {proxy.name} does not take this name and password. Write the right ones into `proxy` of "
            "desk.toml, or into HTTPS_PROXY, and connect again.",
        )
    return OfflineError(
        "proxy-refused",
        f"The proxy {proxy.name} does not pass this desk on to the hub (HTTP {status}). Ask those who look after the "
        "network to allow the hub's name and port.",
    )


def _read(url: str) -> Proxy:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 3128)
    except ValueError:
        parts, host, port = urlsplit(""), None, 0
    if host is None or parts.scheme not in ("http", "https") or parts.path not in ("", "/") or parts.query:
        raise RefusedError("bad-proxy", "A proxy is written http://name:password@host:port; correct it.")
    name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if parts.username is None:
        return Proxy(f"{parts.scheme}://{name}", name)
    user, password = (quote(unquote(each or ""), safe="") for each in (parts.username, parts.password))
    return Proxy(f"{parts.scheme}://{user}:{password}@{name}", name)
