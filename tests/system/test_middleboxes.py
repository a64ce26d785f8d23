"""What the tests put between a desk and its hub leaves nothing open, at whichever moment a test ends."""

import asyncio
import gc
import warnings
from collections.abc import Callable

import pytest

from tests.system.cutting import CuttingLine
from tests.system.middleboxes import Blocker, serving


@pytest.mark.parametrize(
    "between", [lambda port: Blocker(port, "passes"), lambda port: CuttingLine(port, 1000)], ids=["Blocker", "Cutting"]
)
def test_a_line_that_ends_together_with_its_test_is_closed(
    between: Callable[[int], Blocker | CuttingLine],
) -> None:
    async def end_after(turns: int) -> None:
        async with serving(_hear) as port, between(port).open() as line:
            _, writer = await asyncio.open_connection("127.0.0.1", int(line.url.rsplit(":", 1)[1]))
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            await asyncio.sleep(0.02)
            writer.close()
            for _ in range(turns):
                await asyncio.sleep(0)

    with warnings.catch_warnings(record=True) as left_open:
        warnings.simplefilter("always")
        for turns in range(20):
            asyncio.run(end_after(turns))
        gc.collect()
    assert [str(each.message) for each in left_open] == []


async def _hear(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(100):
        pass
