"""Numbers that come with a request."""

LONGEST = 15
"""Digits; no counter of a desk has more, and a database takes no number of twenty."""


def number_of(text: object) -> int | None:
    """The whole number that these digits mean; None where they are none, or too many."""
    plain = isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= LONGEST
    return int(str(text)) if plain else None
