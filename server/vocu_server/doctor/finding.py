"""What the doctor says of one thing."""

from typing import Literal

from msgspec import Struct

State = Literal["ok", "warn", "bad"]


class Finding(Struct, frozen=True, omit_defaults=True):
    """`of` what, how it is, and what to do where it is not well."""

    of: str
    state: State
    says: str
    do: str | None = None


def ok(of: str, says: str) -> Finding:
    return Finding(of, "ok", says)


def warn(of: str, says: str, do: str) -> Finding:
    return Finding(of, "warn", says, do)


def bad(of: str, says: str, do: str) -> Finding:
    return Finding(of, "bad", says, do)
