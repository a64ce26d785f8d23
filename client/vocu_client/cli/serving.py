"""`vocu desk`: the contact point's pages in a browser."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import Annotated
from urllib.request import ProxyHandler, build_opener

import typer

from vocu.errors import RefusedError
from vocu_client.cli.desk import Given
from vocu_client.cli.printing import note, say
from vocu_client.settings import Home
from vocu_client.web.launching import show_in_browser
from vocu_client.web.room import TeamSettings


def desk(
    ctx: typer.Context,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Where to serve; 8470 or the next free one unless given.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    team: Annotated[
        str | None,
        typer.Option(help="Serve a duty room: the name of this machine on the national network.", metavar="NAME"),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="With --team: the TLS certificate chain, PEM.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="With --team: the certificate's key, PEM.")
    ] = None,
) -> None:
    """Open this desk in the browser: report, read, ask, answer. Ctrl-C ends it."""
    given: Given = ctx.obj
    room = None
    if team is not None:
        if certificate is None or key is None:
            raise RefusedError("no-tls", "A team's desk is served over TLS: give --certificate and --key.")
        room = TeamSettings(host=team, certificate=certificate, key=key)
    link = _served_already(given.home)
    if link is not None:
        _show(link, browser=browser)
        return
    passphrase = given.passphrase() if given.has_file or room is not None else None
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(given.home, port, passphrase, room, browser=browser))


async def _serve(
    home: Home, port: int | None, passphrase: str | None, room: TeamSettings | None, *, browser: bool
) -> None:
    # Imported late: the web server takes half a second, for which no other command should wait.
    from vocu_client.web.server import serving  # noqa: PLC0415

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serving(home, port=port, passphrase=passphrase, team=room) as site:
        _show(site.link, browser=browser and room is None)
        note("This link is good once. Ctrl-C ends the desk; what waits is sent when it runs again.")
        await stopped.wait()


def _show(link: str, *, browser: bool) -> None:
    say(link)
    sys.stdout.flush()
    if browser:
        show_in_browser(link)


def _served_already(home: Home) -> str | None:
    """The launch link of this home's desk, where one is being served."""
    try:
        link = home.link_file.read_text("utf-8")
        address = link.partition("/enter")[0]
        # Whatever proxy this machine uses for other sites: the desk is on it.
        with build_opener(ProxyHandler({})).open(f"{address}/static/icon.svg", timeout=2):
            return link
    except (OSError, ValueError):
        return None
