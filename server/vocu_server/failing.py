"""How a command, or the hub's process, fails."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from vocu.errors import UntrustedError, VocuError

FAILED, ALARMED = 1, 2


@contextmanager
def said_once() -> Iterator[None]:
    """Whatever goes wrong in here is said once, in words, and ends the process: exit code 2 where something is not to
    be trusted, else 1."""
    try:
        yield
    except VocuError as error:
        _end(str(error), ALARMED if isinstance(error, UntrustedError) else FAILED)
    except OSError as error:
        _end(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.", FAILED)
    except SQLAlchemyError as error:
        _end(f"The hub's database cannot be used ({_why(error)}): is it there, has it room?", FAILED)


def _end(words: str, code: int) -> None:
    print(words, file=sys.stderr)
    sys.exit(code)


def _why(error: SQLAlchemyError) -> str:
    """What the database says of itself; of anything else its kind alone, since there might be rows in the words."""
    said = str(getattr(error, "orig", "")).splitlines()
    return said[0] if said and isinstance(error, OperationalError) else type(error).__name__
