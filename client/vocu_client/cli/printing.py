"""How the command line speaks: words on stdout, what goes on and what went wrong on stderr.

What others wrote is shown, never obeyed: no markup, and no signs that move a terminal's cursor or turn its text around.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from vocu.errors import UntrustedError, VocuError
from vocu.rendering.wording import Wording

out = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
err = Console(markup=False, highlight=False, emoji=False, soft_wrap=True, stderr=True)

WIDE = 200
"""Columns of a table that goes into a pipe, where nobody wraps it."""
FEW = 200
"""Entries that come too fast for a bar to be of use."""
RECORDED = "Do not act on it. Tell the organiser by telephone; what this desk recorded is in `vocu alarms`."
SHORT = 8
"""Characters of an id in lists; six or more are enough wherever an id is asked for."""
SPACES = "\n\t\u00a0\u202f"
"""The last two do not break: they group the digits of numbers in many languages."""


def wording() -> Wording:
    """Numbers, days and names of countries in the language of the environment."""
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_TIME", "LANG"))), "en")
    return Wording(named.partition(".")[0].partition("@")[0].replace("_", "-"))


def shown(text: str) -> str:
    """A text without control characters; those that were there are seen as a mark."""
    return "".join(sign if sign.isprintable() or sign in SPACES else "\ufffd" for sign in text)


def say(text: str, style: str | None = None) -> None:
    out.print(shown(text), style=style)


def note(text: str, style: str | None = None) -> None:
    """A word beside the output: on stderr, so that a pipe gets the output alone."""
    err.print(shown(text), style=style)


def table(columns: Sequence[str], rows: Iterable[Iterable[object]], numbers: frozenset[str] = frozenset()) -> None:
    """A table; `numbers` are the columns that are set to the right."""
    grid = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for name in columns:
        grid.add_column(name, justify="right" if name in numbers else "left")
    for row in rows:
        grid.add_row(*(shown(str(cell)) for cell in row))
    wide = None if out.is_terminal else WIDE
    Console(file=out.file, width=wide, markup=False, highlight=False, emoji=False).print(grid)


def show_error(error: VocuError, todo: str = RECORDED) -> None:
    """One error: the sentence, its findings, its code. Tampering stands in a red panel, saying what to do."""
    text = shown(str(error))
    if isinstance(error, UntrustedError):
        panel = Panel(f"{text}\n\n{todo}", title="NOT TO BE TRUSTED", border_style="bold red", style="red")
        err.print(panel, soft_wrap=False)
    else:
        err.print(text, style="yellow" if err.is_terminal else None)


@contextmanager
def bar(words: str, few: int = FEW) -> Iterator[Callable[[int, int], None]]:
    """A bar for what is done of how much, from when there is more to do than `few` until it is done; a pipe shows
    none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    task = progress.add_task(words, total=None)
    first: int | None = None

    def told(done: int, of: int) -> None:
        nonlocal first
        first = done if first is None else first
        if of - first > few and done < of:
            progress.start()
        elif done >= of:
            progress.stop()
        progress.update(task, completed=done, total=of)

    try:
        yield told
    finally:
        progress.stop()
