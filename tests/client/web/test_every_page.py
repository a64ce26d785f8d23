"""What holds for every page: it opens, says everything through the catalogue, and shows hostile words as words."""

import re
from collections.abc import AsyncIterator

import pytest
from babel import Locale

from tests.client.web.addresses import addresses
from tests.client.web.scene import HOSTILE, NAMES, TEXTS, Scene
from tests.client.web.untranslated import untranslated
from tests.client.web.visitor import Visitor
from vocu.rendering.catalogue import COMPLETE
from vocu_client.web.templating import plain


@pytest.fixture(params=["PL", "DE", "FR"])
async def visitor(scene: Scene, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    """The organiser's officer, and one of each participant."""
    async with Visitor(scene.home(request.param)) as visitor:
        while not visitor.desk.overviews.index_some(1000):
            pass
        yield visitor


async def test_every_page_opens_with_one_heading_and_a_title(scene: Scene, visitor: Visitor) -> None:
    faults = []
    for address in addresses(scene, visitor.desk.settings.ncp):
        page = await visitor.get(address)
        if page.status != 200:
            faults.append(f"{address}: {page.status} {page.text[:200]}")
        elif page.html.count("<h1") != 1:
            faults.append(f"{address}: {page.html.count('<h1')} headings of the first rank")
        elif not re.search(r"<title>\S.* – vocu</title>", page.html):
            faults.append(f"{address}: no title")
    assert faults == []


async def test_no_page_holds_a_text_that_is_not_in_the_catalogue(scene: Scene, visitor: Visitor) -> None:
    visitor.site.language_of = lambda *_: "qps"  # type: ignore[method-assign]
    known = _data(scene)
    faults = []
    for address in addresses(scene, visitor.desk.settings.ncp):
        page = await visitor.get(address)
        faults += [f"{address}: {text!r}" for text in untranslated(page.html, known)]
    assert sorted(set(faults)) == []


async def test_hostile_words_stand_in_every_page_as_words(scene: Scene, visitor: Visitor) -> None:
    seen = 0
    for address in addresses(scene, visitor.desk.settings.ncp):
        page = await visitor.get(address)
        assert "<script>window" not in page.html, address
        assert "<b>bold</b>" not in page.html, address
        assert "\u202e" not in page.html, address
        seen += "&lt;script&gt;window.hacked" in page.html
    assert seen >= 2


def _data(scene: Scene) -> list[str]:
    """What is not ours to translate: names, codes, and what people wrote."""
    english = Locale("en", "GB")
    names = [*NAMES, *TEXTS.values(), *HOSTILE, *english.territories.values(), *english.currencies.values()]
    months = [*english.months["format"]["abbreviated"].values(), *english.months["format"]["wide"].values()]
    days = [*english.days["format"]["wide"].values(), *english.days["format"]["abbreviated"].values()]
    languages = [str(Locale(code).get_display_name(code)).capitalize() for code in COMPLETE]
    own = ["BALTICA II", "vocu", "Country DE", "Country FR", "qps", "EUR", "PLN", "MSCU1234565", "WX 12345"]
    own += ["DE-1", "PL-1", "FR-1", "PL", "DE", "FR"]
    own += ["Terespol", "Brest", "Atlanta Field Office", "Charles de Gaulle Airport (CDG)", "Le Havre", "Rotterdam"]
    own += ["TERESPOL", "ATLANTA FIELD OFFICE", "FRLEH", "and", *(plain(text) for text in HOSTILE)]
    own += ["cartons.jpg", "CSV", "XLSX", "JSON", "HTML", "duty@customs.example", "DE-CUSTOMS-2026-17"]
    return [*names, *months, *days, *languages, *own]


def test_the_pages_are_all_looked_at(scene: Scene) -> None:
    assert len(list(addresses(scene, "PL"))) > 25
