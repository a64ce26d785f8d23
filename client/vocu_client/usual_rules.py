"""Conversion rules that most organisers adopt as they are: what is offered in the pages and on the command line."""

from typing import Final

from vocu.form.quantities import CIGARETTE_RULES, plain
from vocu.operation.bodies import ConversionRule

CIGARETTES: Final = tuple(
    ConversionRule(
        name=rule.name,
        source=rule.source,
        target=rule.target,
        factor=plain(rule.factor),
        commodity="tobacco.cigarettes",
    )
    for rule in CIGARETTE_RULES
)
"""20 in a pack, 200 in a carton."""
