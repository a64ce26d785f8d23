"""`vocu-hub`: the command line of a hub. Here it is put together; docs/hub.md describes every command."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from vocu_server.failing import said_once

MODULES = {
    "init": "making",
    "token": "making",
    "serve": "serving",
    "status": "looking",
    "verify": "looking",
    "backup-key": "keeping",
    "backup": "keeping",
    "restore": "keeping",
    "recover": "keeping",
    "upgrade": "examining",
    "doctor": "examining",
}
"""Where each command is: in the function of its name."""


class OnDemand(Mapping[str, Any]):
    """The commands. What one of them needs is loaded when somebody asks for it."""

    def __getitem__(self, name: str) -> Any:
        module = import_module(f"vocu_server.cli.{MODULES[name]}")
        alone = typer.Typer(add_completion=False)
        alone.command(name)(getattr(module, name.replace("-", "_")))
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


class Commands(TyperGroup):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands: Any = OnDemand()

    def invoke(self, ctx: Any) -> Any:
        with said_once():
            return super().invoke(ctx)


cli = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@cli.callback()
def hub() -> None:
    """The hub of joint customs operations."""


def main() -> None:
    cli()
