"""The newsletter for mail programs: the same words and figures, of tables and inline styles alone."""

import re

from tests.core.rendering.test_newsletter import SAID, Page, busy
from vocu.rendering.html import newsletter_html
from vocu.rendering.text import newsletter_text


def test_a_letter_says_everything_that_the_page_says() -> None:
    _, figures = busy()
    letter = " ".join(Page(newsletter_html(figures, mail=True)).words.split())
    for sentence in SAID:
        assert sentence in letter


def test_a_letter_has_nothing_that_mail_programs_drop_or_load() -> None:
    _, figures = busy()
    source = newsletter_html(figures, mail=True)
    page = Page(source)
    assert page.open == []
    assert not {"style", "svg", "details", "script", "img", "link", "main", "footer"} & set(page.tags)
    assert not {"src", "href", "srcset"} & {name for name, _ in page.attributes}
    for dropped in ("@media", "url(", "flex", "grid", "position:", "var("):
        assert dropped not in source


def test_charts_of_a_letter_are_coloured_cells_with_their_figures() -> None:
    _, figures = busy()
    source = newsletter_html(figures, mail=True)
    assert 'bgcolor="#1d5f9e"' in source
    for long, rest in re.findall(
        r'width="(\d+)%" bgcolor="#1d5f9e".*?(?:width="(\d+)%" bgcolor="#edf1f5"|</tr>)', source
    ):
        assert int(long) + int(rest or 0) == 100


def test_a_letter_stays_below_what_mail_programs_cut_off() -> None:
    _, figures = busy()
    assert len(newsletter_html(figures, mail=True).encode()) < 100_000


def test_page_letter_and_text_tell_the_objectives() -> None:
    _, figures = busy()
    figures["objectives"] = [{"measure": "seizures", "threshold": "300", "reached": "150", "met": False}]
    for told in (newsletter_html(figures), newsletter_html(figures, mail=True), newsletter_text(figures)):
        assert "150 of 300" in told
        assert "50.0 %" in told


def test_what_is_nothing_has_no_bar() -> None:
    _, figures = busy()
    for reached, bars in (("0", 0), ("1", 1)):
        aim = {"measure": "countries", "threshold": "300", "reached": reached, "met": False}
        letter = newsletter_html(figures | {"objectives": [aim]}, mail=True)
        assert letter.count('width="1%" bgcolor') == bars
