"""What a hub is told before it starts: `hub.toml`, and nothing from the environment."""

import ipaddress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from vocu.errors import MalformedError, RefusedError
from vocu.protocol.frames import MAX_ADDRESS

Positive = Annotated[int, Meta(ge=1)]


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one desk, address or participant may take of the hub. Past a rate a desk is slowed down, never refused."""

    events_per_second: Positive = 20
    events_at_once: Positive = 2000
    """How many events a desk that was offline may bring before the rate applies."""
    sockets_per_device: Positive = 4
    connections_per_address: Positive = 500
    """Of which nobody has said who he is, requests over HTTP included; those of trusted proxies are not counted."""
    unauthenticated_per_address: Positive = 10
    seconds_to_authenticate: Positive = 5
    seconds_to_take_a_frame: Positive = 30
    join_requests_waiting: Positive = 200
    join_requests_per_address_and_hour: Positive = 60
    upload_mib_per_participant_and_day: Positive = 1024
    feed_mib: Positive = 4
    """Memory for the newest entries of each operation; who is further behind is served from the database."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Paths are relative to the folder of `hub.toml`. Without TLS the hub listens on loopback only."""

    data_dir: str = "data"
    database: str | None = None
    """`postgresql://user@host/name`; without it, a SQLite file in `data_dir`."""
    database_password_file: str | None = None
    files: str | None = None
    """Where large sealed parts lie: a folder, or `s3://bucket/prefix`; without it, `parts` in `data_dir`."""
    files_endpoint: str | None = None
    """The address of an S3-compatible store; without it, Amazon's own for the region."""
    files_region: str = "us-east-1"
    files_credentials_file: str | None = None
    files_ca_file: str | None = None
    """The authorities that vouch for the store's certificate, in PEM; without it, the well-known public ones."""
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8440
    public_url: str | None = None
    """Where desks reach this very process, where several processes share a database: the others send desks here."""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks whose X-Forwarded-For is believed."""
    tls_certificate: str | None = None
    tls_key: str | None = None
    proxy_certificate: str | None = None
    """The certificate (PEM) that a proxy in front shows to desks, where that one holds the TLS."""
    rehearsal_clock: str | None = None
    """A file that holds UTC milliseconds and replaces the hub's clock: for rehearsals and the demonstration only."""
    log_file: str | None = None
    audit_file: str | None = None
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, Meta(ge=0, le=65535)] | None = None
    """Where /metrics, /health and /ready are served, beside the public address; nowhere if it is not set."""
    limits: Limits = Limits()


class HubFolder(Struct, frozen=True):
    """A hub's settings and the folder that they stand in."""

    settings: Settings
    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    @property
    def data_dir(self) -> Path:
        return self.path(self.settings.data_dir)

    @property
    def database(self) -> URL:
        """Where the database is, with its password. Raises MalformedError where the password's file cannot be read."""
        if self.settings.database is None:
            return URL.create("sqlite", database=str(self.data_dir / "hub.sqlite"))
        url = make_url(self.settings.database)
        if not _is_here(url):
            safe = {"sslmode": "verify-full", "sslrootcert": "system"}
            url = url.set(query=safe | dict(url.query)) if "sslmode" not in url.query else url
        name = self.settings.database_password_file
        if name is None:
            return url
        try:
            return url.set(password=self.path(name).read_text(encoding="utf-8").strip())
        except OSError as error:
            raise MalformedError("bad-settings", f"{self.path(name)} cannot be read ({error.strerror}).") from None


def read_settings(folder: Path) -> HubFolder:
    """The settings in `hub.toml` of this folder. Raises MalformedError or RefusedError, each naming what to correct."""
    path = folder / "hub.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise MalformedError("no-settings", f"There is no {path}; make a hub with `vocu-hub init` first.") from None
    try:
        settings = msgspec.toml.decode(text, type=Settings)
    except (msgspec.MsgspecError, ValueError) as error:
        raise MalformedError("bad-settings", f"Correct {path}: {error}.") from None
    check(settings)
    return HubFolder(settings, folder)


def check(settings: Settings) -> None:
    """Refuse settings under which the hub would be open to listeners."""
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise MalformedError("bad-settings", "TLS needs both `tls_certificate` and `tls_key`; name both or neither.")
    if settings.proxy_certificate is not None and settings.tls_certificate is not None:
        raise MalformedError(
            "bad-settings", "Either the hub shows `tls_certificate`, or a proxy `proxy_certificate`; name one of them."
        )
    for each in settings.trusted_proxies:
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise MalformedError("bad-settings", f"`trusted_proxies`: {each} is no address and no network.") from None
    if settings.tls_certificate is None and not _is_loopback(settings.host):
        raise RefusedError(
            "plain-outside-loopback",
            f"Without TLS the hub does not listen on {settings.host}; name `tls_certificate` and `tls_key`, or listen "
            "on 127.0.0.1 behind a proxy.",
        )
    _check_database(settings)
    _check_files(settings)
    _check_public_url(settings.public_url)


def _check_files(settings: Settings) -> None:
    beside = (settings.files_endpoint, settings.files_credentials_file, settings.files_ca_file)
    if not (settings.files or "").startswith("s3://"):
        if any(beside):
            raise MalformedError("bad-settings", "`files_endpoint` and the like go with `files` = s3://bucket/prefix.")
        return
    if settings.files_credentials_file is None:
        raise MalformedError("bad-settings", "A bucket needs `files_credentials_file`, which holds the keys to it.")
    if not urlsplit(settings.files or "").hostname:
        raise MalformedError("bad-settings", "`files` reads s3://bucket/prefix; the prefix may be left out.")
    endpoint = urlsplit(settings.files_endpoint or "https://default")
    if endpoint.scheme != "https" and not (endpoint.scheme == "http" and _is_loopback(endpoint.hostname or "")):
        raise RefusedError(
            "plain-outside-loopback", "`files_endpoint` begins with https://; without TLS only on loopback."
        )


def _check_database(settings: Settings) -> None:
    if settings.database is None:
        if settings.database_password_file is not None:
            raise MalformedError("bad-settings", "`database_password_file` goes with `database`; name it, too.")
        return
    try:
        url = make_url(settings.database)
    except ArgumentError:
        url = URL.create("")
    if url.drivername != "postgresql" or not url.database:
        raise MalformedError("bad-settings", "`database` reads postgresql://user@host/name; leave it out for SQLite.")
    if url.password is not None:
        raise MalformedError("bad-settings", "Write the password into a file, and name that: `database_password_file`.")


def _check_public_url(url: str | None) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
        plain = bool(parts.hostname) and not (parts.username or parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        plain = False
    if not plain or len(url) > MAX_ADDRESS:
        raise MalformedError("bad-settings", "`public_url` reads https://hub-1.example.org:8440, as a desk is told it.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise RefusedError(
            "plain-outside-loopback", f"Desks do not follow to {url}: `public_url` begins with https://."
        )


def _is_here(url: URL) -> bool:
    """Whether the database is on this machine: on loopback, or a socket of the file system."""
    host = url.host or url.query.get("host")
    return host is None or (isinstance(host, str) and (host.startswith("/") or _is_loopback(host)))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
