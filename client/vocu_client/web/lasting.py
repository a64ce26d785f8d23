"""Work that goes on as long as the pages are served, and is not ended by a failure."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable

PAUSE_SECONDS = 1.0


async def lasting(work: Callable[[], Awaitable[None]]) -> None:
    """Begin the work again after whatever failed in it, such as a full disk, until it ends or is cancelled."""
    while True:
        try:
            await work()
            return
        except Exception as error:
            tell_where(error)
            await asyncio.sleep(PAUSE_SECONDS)


def tell_where(error: BaseException | None) -> None:
    """For those who can mend it, on the console: which lines failed, and how. Never with which values, for an error's
    own words may hold what somebody typed or wrote."""
    while error is not None:
        lines = "".join(traceback.format_tb(error.__traceback__))
        print(f"{lines}{type(error).__module__}.{type(error).__qualname__}", file=sys.stderr, flush=True)
        error = error.__cause__ or error.__context__
