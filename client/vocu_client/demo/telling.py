"""What the demonstration says when it is over: what was done, what the hub could see, where the files are."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from vocu_client.demo.material import name_of
from vocu_client.demo.story import Outcome

MAX_REFUSALS_SHOWN = 12


def tell(console: Console, outcome: Outcome, out: Path) -> None:
    """Print it, in plain words."""
    console.rule("[bold]What was done")
    console.print(
        f"One hub process and {outcome.desk_processes} desk processes ran a joint operation of "
        f"{outcome.participants} participants on this machine, over real sockets.\n"
        f"In {outcome.days} days they made {outcome.reports} seizure reports"
        + (f"; {outcome.amended} amended one and {outcome.withdrawn} withdrew one" if outcome.amended else "")
        + ".\n"
        + (
            f"{outcome.unplugged} was unplugged, wrote {outcome.written_offline} entries meanwhile, and delivered each "
            "of them once when the line was back.\n"
            if outcome.unplugged
            else ""
        )
        + f"The log has {outcome.entries:,} entries. Its root is {outcome.root[:16]}…, "
        + ("the same at every desk." if outcome.roots_agree else "[bold red]and the desks do NOT agree on it.")
    )
    if outcome.late_joiner:
        console.print(
            f"{outcome.late_joiner}, admitted at the very end, rebuilt all tables from its own log: "
            + ("byte for byte the same." if outcome.late_joiner_agrees else "[bold red]NOT the same.")
        )
    console.rule("[bold]What the hub could and could not see")
    console.print(
        "The hub saw who wrote when, to whom, and how much; phases, admissions, and the statistical part of each "
        "report: codes, numbers, days. From that it compiled the newsletters.\n"
        "It could not read messages, names, number plates, free text or contacts: it has no key that opens them."
    )
    readers = ", ".join(outcome.marker_seen_by)
    console.print(
        f"The message from one contact point to another can be read by {readers}. In the hub's files its words stand "
        f"{outcome.words_in_hub} times."
    )
    console.print(_seen(outcome))
    if outcome.refused:
        console.rule(f"[bold]{len(outcome.refused)} refused rows")
        for line in outcome.refused[:MAX_REFUSALS_SHOWN]:
            console.print(f"  {line}", markup=False)
        console.print(f"All of them, with their reasons, are in {out / 'refused.txt'}.")
    console.rule("[bold]Where the files are")
    console.print(f"Newsletters      {out / 'newsletters'}  ({len(outcome.newsletters)} files)", highlight=False)
    if outcome.tables:
        console.print(f"Results tables   {out / 'tables'}  ({len(outcome.tables)} files)", highlight=False)
    console.print(f"Hub              {out / 'hub'}", highlight=False)
    console.print(f"Desks            {out / 'desks'}, one folder each", highlight=False)
    console.print(
        "The desks' key files are wrapped with a weaker password setting (Argon2id, 19 MiB) than the default "
        "(256 MiB), and the hub's clock is a rehearsal clock: this is a demonstration, not an operation.",
        style="dim",
    )


def tell_links(console: Console, links: dict[str, str], *, going_on: bool) -> None:
    """Where the open desks are, for as long as the demonstration lasts."""
    console.rule("[bold]Open these desks in your browser")
    for ncp, link in links.items():
        console.print(f"{name_of(ncp):16} {link}", highlight=False, soft_wrap=True)
    console.print(
        "Each link lets one browser in, once. "
        + ("It is today in the operation, and the other contact points keep reporting. " if going_on else "")
        + "Press Ctrl-C to end the demonstration."
    )


def _seen(outcome: Outcome) -> Table:
    table = Table("Desk", title="What some desks can read", title_justify="left")
    for title in ("texts", "nominal parts", "sealed to others", "bilateral events"):
        table.add_column(title, justify="right")
    for ncp, seen in outcome.readable.items():
        table.add_row(ncp, str(seen["words"]), str(seen["nominal"]), str(seen["sealed"]), str(seen["bilateral"]))
    table.add_row("HUB", "0", "0", "all", "envelopes", style="bold")
    return table
