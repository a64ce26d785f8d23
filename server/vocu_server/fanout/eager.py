"""Send at once what a socket takes at once; only what has to wait becomes a task.

A task for each delivery costs more than the delivery. Python 3.12 has eager tasks; this is what we need of them.
"""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any


def run_eagerly(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Run it until it waits for something. None if it finished; otherwise the task that goes on with it."""
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return None
    return asyncio.ensure_future(_go_on(coroutine, awaited))


@types.coroutine
def _go_on(coroutine: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    while True:
        try:
            sent = yield awaited
        except BaseException as error:  # also a cancellation is for the coroutine to see
            step = _throw(coroutine, error)
        else:
            step = _send(coroutine, sent)
        if step is None:
            return
        awaited = step[0]


def _send(coroutine: Coroutine[Any, Any, None], value: Any) -> tuple[Any] | None:
    try:
        return (coroutine.send(value),)
    except StopIteration:
        return None


def _throw(coroutine: Coroutine[Any, Any, None], error: BaseException) -> tuple[Any] | None:
    try:
        return (coroutine.throw(error),)
    except StopIteration:
        return None
