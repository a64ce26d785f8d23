"""A newsletter as one HTML page, or as one that mail programs show: no script, nothing loaded, styles inline."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from vocu.rendering.view import newsletter_view
from vocu.rendering.wording import Wording


def newsletter_html(
    figures: dict[str, Any],
    words: str | None = None,
    notable: Sequence[dict[str, Any]] | None = None,
    language: str = "en",
    *,
    mail: bool = False,
) -> str:
    """The page of compiled figures, with the organiser's words and the facts of the seizures that he chose; without
    them the first candidates are shown. Everything that people wrote is escaped.

    With `mail` it is for a letter: tables for its layout, charts of coloured cells, nothing that mail programs drop
    (style sheets, drawings, what opens and closes). Its plain text beside it is `newsletter_text`.
    """
    wording = Wording(language)
    view = newsletter_view(figures, words, notable, language)
    return _template().render(view=view, say=wording.say, mail=mail)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("vocu.rendering"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("newsletter.html")
