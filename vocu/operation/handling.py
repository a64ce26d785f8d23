"""Handling markings: an operation chooses one scheme and a ceiling; nothing marked above it may be sent."""

from vocu.errors import RefusedError

SCHEMES = (
    ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"),
    ("H0", "H1", "H2", "H3"),
    ("LIMITE",),
)
"""Each scheme from the most open marking to the strictest; not for EU classified information."""


def require_ceiling(marking: str, ceiling: str) -> None:
    """Return where something so marked may be sent in an operation of this ceiling. Raises RefusedError."""
    scheme = next((scheme for scheme in SCHEMES if ceiling in scheme), ())
    if not scheme:
        every = ", ".join(name for scheme in SCHEMES for name in scheme)
        raise RefusedError("unknown-marking", f"There is no marking {ceiling!r}; use one of {every}.")
    if marking not in scheme:
        raise RefusedError("unknown-marking", f"There is no marking {marking!r} here; use one of {', '.join(scheme)}.")
    if scheme.index(marking) > scheme.index(ceiling):
        raise RefusedError("above-ceiling", f"This operation handles information up to {ceiling}, not {marking}.")
