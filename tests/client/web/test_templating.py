"""Sentences in templates: what is markup stays markup, and nothing else becomes it."""

from markupsafe import Markup

from vocu.rendering.wording import Wording
from vocu_client.web.templating import _sentence

WHEN = Markup('<time datetime="x">now</time>')


def test_a_time_inside_a_sentence_stays_a_time_and_a_name_stays_text() -> None:
    said = _sentence(Wording("en")._)("{name} wrote <this> {when}.", name="<b>Anna & {when}", when=WHEN)
    assert said == '&lt;b&gt;Anna &amp; {when} wrote &lt;this&gt; <time datetime="x">now</time>.'
    assert isinstance(said, Markup)


def test_a_sentence_without_markup_is_plain_text_to_be_escaped() -> None:
    said = _sentence(Wording("en")._)("{name} wrote.", name="<b>")
    assert said == "<b> wrote."
    assert not isinstance(said, Markup)


def test_counted_sentences_take_markup_too() -> None:
    said = _sentence(Wording("en").n_)("{n} report since {when}", "{n} reports since {when}", 2, when=WHEN)
    assert said == '2 reports since <time datetime="x">now</time>'
