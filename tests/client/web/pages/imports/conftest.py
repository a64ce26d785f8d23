"""An officer who imports."""

from collections.abc import AsyncIterator

import pytest

from tests.client.web.conftest import Countries
from tests.client.web.visitor import Visitor
from vocu_client.web.importing import begun as imports


@pytest.fixture
async def de(countries: Countries) -> AsyncIterator[Visitor]:
    """An officer of a participant, who has begun no import yet."""
    async with Visitor(countries.home("DE")) as visitor:
        await visitor.sync()
        for each in imports.listed_at(visitor.desk, 0):
            visitor.desk.drafts.delete(each.id)
        yield visitor
