"""What every command is told: which hub."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The hub's folder, which holds hub.toml.")]
