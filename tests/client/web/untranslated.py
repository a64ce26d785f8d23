"""What a page in the pseudo-language says that did not come out of the catalogue."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

SAID = ("alt", "title", "aria-label", "placeholder")
"""Attributes that a person is told."""
DATA = {"time", "code", "pre", "svg"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def untranslated(html: str, data: Iterable[str]) -> list[str]:
    """The texts of which something is left once the catalogue's words and these, as whole words, are taken away: "and"
    or "DE" inside another word is none of them."""
    longest_first = sorted(set(data), key=len, reverse=True)
    known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    texts = _Texts()
    texts.feed(html)
    return [text for text in texts.found if _bare(text, known)]


def _bare(text: str, data: re.Pattern[str]) -> bool:
    """Whether anything is left once the catalogue's texts and the data are taken away."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    # A sentence may have a time or another element inside: then it comes in two pieces.
    text = re.sub(r"⟦[^⟦⟧]*\Z|\A[^⟦⟧]*⟧", " ", text)
    return re.search(r"[^\W\d_]{2,}", data.sub(" ", text)) is not None


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
