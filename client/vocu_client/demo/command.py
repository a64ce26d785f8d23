"""`vocu demo`: an operation from end to end on this machine, with nothing to set up."""

import asyncio
import contextlib
import signal
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from vocu.errors import MalformedError
from vocu_client.demo.generator import Generator
from vocu_client.demo.live import Live
from vocu_client.demo.material import Material, from_table, made_up
from vocu_client.demo.story import ORGANISER, PASSPHRASE, ZONE, Story
from vocu_client.demo.telling import tell, tell_links

DAYS_MORE = 5
"""How many days, today among them, the operation still has when the desks are opened."""
OPEN_DESKS = 2
"""So many national desks are opened, if there are others left to report."""


def demo(
    countries: Annotated[int, typer.Option(help="Contact points, with made-up seizures: 2 to 113.")] = 6,
    days: Annotated[int, typer.Option(min=1, max=60, help="Days of the operation.")] = 3,
    out: Annotated[Path, typer.Option(help="Where everything goes.")] = Path("out"),
    seed: Annotated[int, typer.Option(help="The same seed makes the same seizures.")] = 1,
    data: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A real table instead.")] = None,
    mapping: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="How to read it.")] = None,
    where: Annotated[list[str] | None, typer.Option(help='Only rows with "COLUMN=VALUE"; may be repeated.')] = None,
    leave: Annotated[bool, typer.Option("--exit", help="Play it to its end, and stop everything.")] = False,
) -> None:
    """Run a whole operation here: hub, organiser and contact points, sealed messages, seizures, newsletters, tables."""
    if (data is None) != (mapping is None):
        raise MalformedError("no-mapping", "A table needs its mapping: give --data and --mapping together.")
    live = data is None and not leave
    if data is not None and mapping is not None:
        material = from_table(data, mapping, where or [], days)
    else:
        today = datetime.now(ZoneInfo(ZONE)).date()
        material = made_up(Generator(seed), countries, days, *([today - timedelta(days=days)] if live else []))
    asyncio.run(_play(Console(), out, material, seed, live=live, leave=leave))


async def _play(console: Console, out: Path, material: Material, seed: int, *, live: bool, leave: bool) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    playing = asyncio.create_task(_show(console, out, material, seed, live=live, leave=leave))
    waiting = asyncio.create_task(stopped.wait())
    await asyncio.wait({playing, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing


async def _show(console: Console, out: Path, material: Material, seed: int, *, live: bool, leave: bool) -> None:
    bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console)
    task = bar.add_task("Reading", total=1)
    more = DAYS_MORE if live else 0
    story = Story(out, material, seed, lambda words: bar.update(task, description=words, advance=1), more)
    going_on = Live(story.hub, story.desks, out / "desks", PASSPHRASE, seed, ZONE)
    bar.update(task, total=story.steps)
    try:
        with bar:
            outcome = await (story.run_until_today() if live else story.run())
            bar.update(task, description="Done", completed=story.steps)
        (out / "refused.txt").write_text("".join(f"{line}\n" for line in outcome.refused), "utf-8")
        tell(console, outcome, out)
        if not leave:
            nationals = material.ncps[: 2 if len(material.ncps) > OPEN_DESKS else 1]
            links = await going_on.open([ORGANISER, *nationals], browser=True)
            tell_links(console, links, going_on=live)
            if live:
                going_on.begin(material.ncps[len(nationals) :])
            await asyncio.Event().wait()
    finally:
        await going_on.stop()
        await story.stop()
