"""How the operation converts, at the organiser's desk: exchange rates and conversion rules, checked before they go."""

import asyncio
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct
from starlette.responses import Response

from vocu.canonical import decode, encode
from vocu.errors import MalformedError, VocuError
from vocu.form.codes import codes, currencies, is_code
from vocu.form.days import is_day
from vocu.form.quantities import EXACT_RULES, plain
from vocu.operation.bodies import ConversionRule, Rate, Reference
from vocu.rendering.wording import N_
from vocu_client.reference_rates import (
    SOURCE,
    Found,
    Occurrence,
    from_the_ecb,
    newest_day,
    occurrences,
    rate_day,
    without_rate,
)
from vocu_client.store.drafts import Drafts
from vocu_client.usual_rules import CIGARETTES
from vocu_client.web.forms.goods import offered
from vocu_client.web.forms.numbers import Unreadable, read_quantity
from vocu_client.web.organising import for_organisers, text, told
from vocu_client.web.visit import Visit, get, post

HOME: Final = "/operation/reference"
ASKED_AT_MOST: Final = 60
"""Rates that are asked for by hand at once."""
RULE_FIELDS: Final = ("name", "source", "target", "factor", "commodity", "valid_from", "valid_to")
NO_RATE: Final = N_("Give a day, the three letters of a currency, and how much of it was one euro.")
NO_RULE: Final = N_("A rule needs a name, two different units, and a factor above zero such as 0.25.")
NO_DAYS: Final = N_("The last day is before the first one.")
NOTHING: Final = N_("There is nothing new to publish.")


_DECODER: Final = msgspec.json.Decoder(Reference)
_NOT_CONVERTED: Final = frozenset(["other", "not_known", "currency"])


class Used(Struct, frozen=True):
    """A currency that occurs: how many reports, on how many days, and of how many days a rate is published."""

    currency: str
    reports: int
    days: int
    covered: int


@for_organisers
async def overview(visit: Visit) -> Response:
    """What is in force, what has no rate, and what the ECB's list knows."""
    return await _page(visit)


@for_organisers
async def check_rates(visit: Visit) -> Response:
    """What will be published: the ECB's rates for what occurs, and those that were typed."""
    found = await _ecb(visit) if visit.form.get("from") == "ecb" else Found((), ())
    typed, errors = _typed_rates(visit)
    if errors:
        return await _page(visit, errors=errors, status=422)
    origin = SOURCE if found.rates else text(visit, "origins") or text(visit, "origin")
    reference = Reference(rates=(*found.rates, *typed), source=origin[:120] or None)
    if not reference.rates:
        return await _page(visit, errors=[("", visit.words._(NOTHING))], status=422)
    return _check(visit, reference, found.missing)


@for_organisers
async def check_rules(visit: Visit) -> Response:
    """What will be published: the rules that are kept, those that are adopted, and the one that was typed."""
    kept = {str(name) for name in visit.form.getlist("keep")}
    known = {**{rule.name: rule for rule in CIGARETTES}, **{rule.name: rule for rule in _rules(visit)}}
    errors: list[tuple[str, str]] = []
    rules = [rule for name, rule in known.items() if name in kept]
    try:
        own = _typed_rule(visit)
    except MalformedError as error:
        errors.append(("name", error.message))
        own = None
    if own is not None:
        rules = [*(rule for rule in rules if rule.name != own.name), own]
    if errors or not rules or tuple(rules) == _rules(visit):
        return await _page(visit, errors=errors or [("", visit.words._(NOTHING))], status=422)
    return _check(visit, Reference(rules=tuple(rules)), ())


@for_organisers
async def publish(visit: Visit) -> Response:
    """Send what was checked, as it was shown; the same form sent twice publishes it once."""
    event_id = text(visit, "id")
    try:
        reference = decode(text(visit, "reference").encode(), _DECODER)
    except VocuError:
        raise MalformedError("bad-request", "This form could not be read; go back and send it again.") from None
    visit.actions.publish_reference(reference, event_id=event_id or None)
    return await told(visit, event_id, HOME, visit.words._("It is published; the tables convert by it from now on."))


def _check(visit: Visit, reference: Reference, missing: tuple[Occurrence, ...]) -> Response:
    gone = [rule for rule in _rules(visit) if reference.rules and rule not in reference.rules]
    return visit.page(
        "reference_check.html",
        id=Drafts.new_id(),
        reference=reference,
        sealed=encode(reference).decode(),
        missing=missing,
        gone=gone,
        say=lambda rule: said(visit, rule),
    )


async def _page(
    visit: Visit,
    *,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    ledger = visit.desk.ledger
    open_rates = without_rate(ledger)
    typed = {name: str(value) for name, value in visit.form.items() if isinstance(value, str)}
    adoptable = [rule for rule in CIGARETTES if rule.name not in {each.name for each in _rules(visit)}]
    found = await _ecb(visit)
    return visit.page(
        "reference.html",
        status,
        errors=errors or [],
        used=_used(visit),
        open_rates=list(open_rates.items())[:ASKED_AT_MOST],
        more_open=max(len(open_rates) - ASKED_AT_MOST, 0),
        at_ecb=len(found.rates),
        not_at_ecb=found.missing,
        rates=sorted(ledger.reference.rates.items(), reverse=True),
        source=ledger.reference.source,
        rules=_rules(visit),
        exact=EXACT_RULES,
        adoptable=adoptable,
        units=[(code.id, visit.words.unit(code.id)) for code in codes("unit") if code.id not in _NOT_CONVERTED],
        commodities=_commodities(visit),
        typed=typed,
        newest=newest_day(),
        say=lambda rule: said(visit, rule),
    )


def said(visit: Visit, rule: ConversionRule) -> str:
    """A rule in one line: what it converts, exactly; of which goods, on which days."""
    words = visit.words
    parts = [
        words._(
            "{one} = {factor} {target}",
            one=words.quantity("1", rule.source),
            factor=words.number(Decimal(rule.factor)),
            target=words.unit(rule.target),
        ),
        words.label("commodity", rule.commodity) if rule.commodity else "",
        words._("from {day}", day=words.day(rule.valid_from)) if rule.valid_from else "",
        words._("to {day}", day=words.day(rule.valid_to)) if rule.valid_to else "",
    ]
    return ", ".join(part for part in parts if part)


async def _ecb(visit: Visit) -> Found:
    """The ECB's rates for whatever occurs and has none yet; the list is read in a thread."""
    ledger = visit.desk.ledger
    wanted = tuple(without_rate(ledger))
    return await asyncio.to_thread(from_the_ecb, wanted, dict(ledger.reference.rates))


def _used(visit: Visit) -> list[Used]:
    ledger, by_currency = visit.desk.ledger, dict[str, list[tuple[Occurrence, int]]]()
    for occurrence, reports in occurrences(ledger).items():
        by_currency.setdefault(occurrence.currency, []).append((occurrence, reports))
    return [
        Used(
            currency,
            sum(reports for _, reports in each),
            len(each),
            sum(rate_day(ledger.reference, occurrence) is not None for occurrence, _ in each),
        )
        for currency, each in by_currency.items()
    ]


def _rules(visit: Visit) -> tuple[ConversionRule, ...]:
    return visit.desk.ledger.reference.rules


def _commodities(visit: Visit) -> list[tuple[str, str]]:
    state = visit.desk.view.state
    found = offered(state.genesis.commodities, state.added_commodities)
    return sorted(((code.id, visit.words.label("commodity", code.id)) for code in found), key=lambda each: each[1])


def _typed_rates(visit: Visit) -> tuple[list[Rate], list[tuple[str, str]]]:
    """The rates in the fields rate-DAY-CURRENCY and in the free line; and what is wrong with them, by field."""
    rates, errors = [], []
    lines = [(name, name[5:15], name[16:], text(visit, name)) for name in visit.form if name.startswith("rate-")]
    free = [text(visit, name) for name in ("day", "currency", "per_euro")]
    lines += [("per_euro", free[0], free[1].upper(), free[2])] if any(free[1:]) else []
    for name, day, currency, typed in lines:
        if not typed and name != "per_euro":
            continue
        try:
            rates.append(_rate(day, currency, typed))
        except Unreadable as fault:
            errors.append((name, f"{currency}: {visit.words._(fault.msgid, **fault.values)}"))
    return rates, errors


def _rate(day: str, currency: str, typed: str) -> Rate:
    per_euro = Decimal(read_quantity(typed))
    if not per_euro or currency not in currencies() or not is_day(day):
        raise Unreadable(NO_RATE)
    try:
        return msgspec.convert({"day": day, "currency": currency, "per_euro": plain(per_euro)}, Rate)
    except msgspec.ValidationError:
        raise Unreadable(NO_RATE) from None


def _typed_rule(visit: Visit) -> ConversionRule | None:
    """The rule in the fields; None where they are empty. Raises MalformedError, in the officer's words."""
    typed = {name: text(visit, name) for name in RULE_FIELDS}
    if not any(typed[name] for name in ("name", "factor")):
        return None
    words = visit.words
    try:
        factor = Decimal(read_quantity(typed["factor"]))
    except Unreadable as fault:
        raise MalformedError("bad-rule", words._(fault.msgid, **fault.values)) from None
    units = (typed["source"], typed["target"])
    if not typed["name"] or not factor or units[0] == units[1] or not all(is_code("unit", unit) for unit in units):
        raise MalformedError("bad-rule", words._(NO_RULE))
    if typed["valid_from"] and typed["valid_to"] and typed["valid_to"] < typed["valid_from"]:
        raise MalformedError("bad-rule", words._(NO_DAYS))
    given = {name: value for name, value in typed.items() if value} | {"factor": plain(factor)}
    try:
        return msgspec.convert(given, ConversionRule)
    except msgspec.ValidationError:
        raise MalformedError("bad-rule", words._(NO_RULE)) from None


ROUTES = [
    get(HOME, overview),
    post(f"{HOME}/rates", check_rates, right="approve"),
    post(f"{HOME}/rules", check_rules, right="approve"),
    post(HOME, publish, right="approve"),
]
