"""What one module made of its tables goes when the next one comes: it is large."""

from collections.abc import Iterator

import pytest

from tests.system.real_data import operations


@pytest.fixture(autouse=True, scope="module")
def let_go() -> Iterator[None]:
    yield
    for kept in (operations.converted, operations.imported, operations.results):
        kept.cache_clear()
