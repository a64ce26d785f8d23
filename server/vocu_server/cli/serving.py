"""Running a hub."""

import os
import sys
from typing import Annotated

import typer

from vocu_server.cli.folder import Folder


def serve(
    folder: Folder,
    port: Annotated[int | None, typer.Option(help="Another port than hub.toml says; 0 takes any.")] = None,
) -> None:
    """Run the hub until it is told to stop (SIGTERM or SIGINT). SIGHUP: take up a new certificate."""
    hub = [sys.executable, "-P", "-m", "vocu_server", str(folder), *([] if port is None else [str(port)])]
    os.execv(sys.executable, hub)  # noqa: S606  # the same process, less 10 MiB of what reads a command line
