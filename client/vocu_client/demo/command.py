"""`vocu demo`: an operation from end to end on this machine, with nothing to set up."""

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from vocu.errors import MalformedError
from vocu_client.demo.generator import Generator
from vocu_client.demo.material import Material, from_table, made_up
from vocu_client.demo.story import Story
from vocu_client.demo.telling import tell


def demo(
    countries: Annotated[int, typer.Option(help="Contact points, with made-up seizures: 2 to 113.")] = 6,
    days: Annotated[int, typer.Option(min=1, max=60, help="Days of the operation.")] = 3,
    out: Annotated[Path, typer.Option(help="Where everything goes.")] = Path("out"),
    seed: Annotated[int, typer.Option(help="The same seed makes the same seizures.")] = 1,
    data: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A real table instead.")] = None,
    mapping: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="How to read it.")] = None,
    where: Annotated[list[str] | None, typer.Option(help='Only rows with "COLUMN=VALUE"; may be repeated.')] = None,
    leave: Annotated[bool, typer.Option("--exit", help="Stop everything at the end.")] = False,
) -> None:
    """Run a whole operation here: hub, organiser and contact points, sealed messages, seizures, newsletters, tables."""
    if (data is None) != (mapping is None):
        raise MalformedError("no-mapping", "A table needs its mapping: give --data and --mapping together.")
    if data is not None and mapping is not None:
        material = from_table(data, mapping, where or [], days)
    else:
        material = made_up(Generator(seed), countries, days)
    asyncio.run(_play(Console(), out, material, seed, leave))


async def _play(console: Console, out: Path, material: Material, seed: int, leave: bool) -> None:
    bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console)
    task = bar.add_task("Reading", total=1)
    story = Story(out, material, seed, lambda words: bar.update(task, description=words, advance=1))
    bar.update(task, total=story.steps)
    try:
        with bar:
            outcome = await story.run()
            bar.update(task, description="Done", completed=story.steps)
        (out / "refused.txt").write_text("".join(f"{line}\n" for line in outcome.refused), "utf-8")
        tell(console, outcome, out, "" if leave else story.hub.url)
        if not leave:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
    finally:
        await story.stop()
