"""The pages of an import hold no style and no script of their own, and no word that is not in the catalogue."""

import re
from pathlib import Path

import pytest
from babel import Locale

from tests.client.web.pages.importing import (
    HEADER,
    checked,
    imported,
    row,
    table,
    tail,
)
from tests.client.web.untranslated import untranslated
from tests.client.web.visitor import Visitor
from vocu.rendering.catalogue import COMPLETE


def test_no_template_of_imports_holds_a_style_or_a_handler() -> None:
    folder = Path(__file__).parents[5] / "client" / "vocu_client" / "web" / "templates"
    for template in folder.glob("import*.html"):
        assert not re.search(r'\sstyle="|\son[a-z]+="|<script', template.read_text().replace("<script src", "")), (
            template
        )


COMPLETE_NAMES = [str(Locale(code).get_display_name(code)).capitalize() for code in COMPLETE]


class _Everything:
    """A catalogue that has every text."""

    def __contains__(self, _key: object) -> bool:
        return True


async def test_every_word_of_each_step_goes_through_the_catalogue(de: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    good = [row(number) for number in range(136, 146)]
    data = table(row(131), row(132, "Wunderkraut"), row(133, menge=""), row(134, tag="soon"), *good)
    draft = tail(await checked(de, data))
    record = (await imported(de, table(row(135)))).address
    monkeypatch.setattr("vocu.rendering.wording.message_keys", _Everything)
    de.site.language_of = lambda *_: "qps"  # type: ignore[method-assign]
    data_words = [*HEADER.split(";"), "Zigaretten", "Wunderkraut", "Kokain", "soon", "Köln", "gefunden im Kofferraum"]
    english = Locale("en", "GB")
    data_words += [*english.territories.values(), *english.currencies.values(), *english.currencies, *COMPLETE_NAMES]
    data_words += [*english.months["format"]["abbreviated"].values(), "Snus"]
    data_words += ["Stück", "kg", "fund.csv", "BALTICA II", "vocu", "qps", "utf-8", "cp1252", "Koln", "AB", "DE-1"]
    faults = []
    for address in (
        "/imports",
        "/imports/new",
        f"/imports/begun/{draft}",
        f"/imports/begun/{draft}/check",
        f"/imports/begun/{draft}/discard",
        record,
        f"{record}/undo",
    ):
        shown = await de.get(address)
        assert shown.status == 200, address
        faults += [f"{address}: {text!r}" for text in untranslated(shown.html, data_words)]
    assert sorted(set(faults)) == []
