"""How the operation converts, from the command line: rates of the ECB and by hand, and conversion rules."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from vocu.errors import MalformedError, RefusedError
from vocu.form.quantities import EXACT_RULES, plain
from vocu.operation.bodies import ConversionRule, Rate, Reference
from vocu_client.app import Desk
from vocu_client.cli.desk import Yes, catch_up, certain, deliver, open_desk, read, run
from vocu_client.cli.files import read_form
from vocu_client.cli.printing import note, say, table
from vocu_client.reference_rates import SOURCE, from_the_ecb, without_rate
from vocu_client.usual_rules import CIGARETTES

CONSEQUENCE = "The converted figures of all tables change."


def show(ctx: typer.Context) -> None:
    """Show by which rules and rates the tables convert, and which amounts have no rate."""
    if ctx.invoked_subcommand is None:
        read(ctx, _show)


def _show(desk: Desk) -> None:
    reference = desk.ledger.reference
    rules = [
        (rule.name, rule.source, rule.factor, rule.target, rule.commodity or "", _days(rule))
        for rule in reference.rules
    ]
    exact = [(rule.name, rule.source, plain(rule.factor), rule.target, "", "by definition") for rule in EXACT_RULES]
    table(("Rule", "One", "is", "of", "Goods", "Days"), [*rules, *exact], frozenset({"is"}))
    if reference.rates:
        rates = [(day, currency, plain(rate)) for (day, currency), rate in sorted(reference.rates.items())]
        table(("Day", "Currency", "For one euro"), rates, frozenset({"For one euro"}))
    for occurrence, reports in without_rate(desk.ledger).items():
        note(f"No rate for {occurrence.currency} on {occurrence.day}: {reports} report(s).")


def rates(
    ctx: typer.Context,
    by_hand: Annotated[
        list[str] | None, typer.Option("--rate", help="A rate that you know: 2024-01-16:RSD:117.2, for one euro.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Where your rates are from.")] = None,
    yes: Yes = False,
) -> None:
    """Publish the ECB's rates for whatever occurs in reports and has none yet, and those given by hand."""
    given = tuple(map(_rate, by_hand or ()))
    with open_desk(ctx) as desk:
        reached = run(catch_up(desk))
        covered = {(rate.day, rate.currency) for rate in given}
        wanted = [each for each in without_rate(desk.ledger) if (each.day, each.currency) not in covered]
        found = from_the_ecb(wanted, desk.ledger.reference.rates)
        for each in found.missing:
            note(f"The list of the ECB has no rate for {each.currency} on {each.day}; give one with --rate.")
        reference = Reference(rates=(*found.rates, *given), source=source or (SOURCE if found.rates else None))
        _publish(desk, reference, yes, reached=reached)


def rules(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="TOML or JSON with one [[rules]] per rule.")] = None,
    cigarettes: Annotated[
        bool, typer.Option("--cigarettes", help="Adopt the usual packing: 20 in a pack, 200 in a carton.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Publish conversion rules, in place of all that were published before."""
    form = read_form(file) if file is not None else {}
    own = tuple(_rule(each) for each in form.get("rules", ()))
    with open_desk(ctx) as desk:
        reached = run(catch_up(desk))
        _publish(desk, Reference(rules=(*own, *(CIGARETTES if cigarettes else ()))), yes, reached=reached)


def _publish(desk: Desk, reference: Reference, yes: bool, *, reached: bool) -> None:
    if not reference.rules and not reference.rates:
        raise RefusedError("nothing-new", "There is nothing new to publish.")
    for rate in reference.rates:
        say(f"{rate.day}  1 EUR = {rate.per_euro} {rate.currency}")
    for rule in reference.rules:
        say(f"{rule.name}: 1 {rule.source} = {rule.factor} {rule.target} {rule.commodity or ''} {_days(rule)}")
    certain(CONSEQUENCE, yes)
    run(deliver(desk, desk.actions.publish_reference(reference), reached=reached))


def _rate(given: str) -> Rate:
    """ "2024-01-16:RSD:117.2" → a rate."""
    day, _, rest = given.partition(":")
    currency, _, per_euro = rest.partition(":")
    try:
        return msgspec.convert({"day": day, "currency": currency.upper(), "per_euro": per_euro}, Rate)
    except msgspec.ValidationError:
        raise MalformedError("bad-rate", f"{given!r} is not a rate; write 2024-01-16:RSD:117.2.") from None


def _rule(given: Any) -> ConversionRule:
    try:
        return msgspec.convert(given | {"factor": str(given.get("factor", ""))}, ConversionRule)
    except (msgspec.ValidationError, TypeError, AttributeError) as error:
        raise MalformedError("bad-rule", f"A rule cannot be accepted: {error}.") from None


def _days(rule: ConversionRule) -> str:
    return f"{rule.valid_from or ''} to {rule.valid_to or ''}" if rule.valid_from or rule.valid_to else ""
