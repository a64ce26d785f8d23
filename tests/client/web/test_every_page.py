"""What holds for every page: it opens, says everything through the catalogue, and shows hostile words as words."""

import re
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser

import pytest
from babel import Locale

from tests.client.web.addresses import addresses
from tests.client.web.scene import HOSTILE, NAMES, TEXTS, Scene, set_scene
from tests.client.web.visitor import Visitor
from vocu.rendering.catalogue import COMPLETE
from vocu_client.web.templating import plain

SAID = ("alt", "title", "aria-label", "placeholder")
"""Attributes that a person is told."""
DATA = {"time", "code", "pre", "svg"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    scene = set_scene(tmp_path_factory.mktemp("scene"))
    yield scene
    scene.stop()


@pytest.fixture(params=["PL", "DE", "FR"])
async def visitor(scene: Scene, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    """The organiser's officer, and one of a participant."""
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
        texts = _Texts()
        texts.feed(page.html)
        faults += [f"{address}: {text!r}" for text in texts.found if _bare(text, known)]
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
    return sorted({*names, *months, *days, *languages, *own}, key=len, reverse=True)


def _bare(text: str, known: list[str]) -> bool:
    """Whether anything is left once the catalogue's texts and the data are taken away."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    # A sentence may have a time or another element inside: then it comes in two pieces.
    text = re.sub(r"⟦[^⟦⟧]*\Z|\A[^⟦⟧]*⟧", " ", text)
    for name in known:
        text = text.replace(name, " ")
    return re.search(r"[^\W\d_]{2,}", text) is not None


class _Texts(HTMLParser):
    """What a person reads or is told, but for times, codes, and what people wrote (class text or said)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    @property
    def _muted(self) -> bool:
        return any(muted for _, muted in self._open)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        classes = set(given.get("class", "").split())
        muted = (
            tag in DATA or tag in ("script", "style") or bool(classes & {"text", "said"}) or given.get("lang") == "en"
        )
        muted = muted and tag != "html"
        if not self._muted and not muted:
            self.found += [given[name] for name in SAID if given.get(name)]
        if tag not in VOID:
            self._open.append((tag, muted))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._muted:
            self.found.append(" ".join(data.split()))


def test_the_pages_are_all_looked_at(scene: Scene) -> None:
    assert len(list(addresses(scene, "PL"))) > 25
