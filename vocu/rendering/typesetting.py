"""Typesets a template of ours as a PDF that everybody can read: tagged (PDF/UA-1), the same bytes wherever it is made.

Only the fonts that come with the typesetter are used, and nothing is loaded. What people wrote is data: it is set as it
stands and never read as markup.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final

import typst

from vocu.errors import MalformedError

UNSHOWN: Final = "\u25a1"
"""What is set where the fonts lack a sign."""
_SHOWN: Final = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x24F), (0x259, 0x259), (0x2BC, 0x2BC), (0x386, 0x3CE), (0x400, 0x45F),
    (0x490, 0x491), (0x1E00, 0x1EFF), (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026),
    (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x2044, 0x2044), (0x2070, 0x2070), (0x2074, 0x2079),
    (0x2080, 0x2089), (0x2009, 0x200A), (0x202F, 0x202F), (0x20AC, 0x20AC), (0x2116, 0x2116), (0x2122, 0x2122),
    (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265), (0x25A1, 0x25A1),
)  # fmt: skip
"""Signs that Libertinus Serif has: Latin with all its accents, Greek, Cyrillic, and the punctuation of both."""


def typeset(template: str, data: dict[str, Any], language: str, at: datetime) -> bytes:
    """The PDF of a template with this data; `at` is the date that it bears. The template reads `data`, a value of
    texts, numbers, lists and objects, in which `unshown` is what stands for the signs that cannot be shown, if any.

    Raises MalformedError("cannot-typeset") where the typesetter refuses.
    """
    shown = shown_in_print(data)
    lacking = UNSHOWN in json.dumps(shown, ensure_ascii=False)
    inputs = {
        "data": json.dumps(shown | {"unshown": UNSHOWN if lacking else ""}),
        "lang": language if len(language) == 2 else "en",
    }
    try:
        made = typst.compile(
            _source("style.typ") + _source(template),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards="ua-1",
            timestamp=at,
        )
    except typst.TypstError as error:
        raise MalformedError(
            "cannot-typeset", f"This cannot be set as a PDF ({error.message}); take another form of it."
        ) from None
    return bytes(made)


def picture_png(svg: str) -> bytes:
    """A picture for print as PNG, white beneath, twice as sharp as a screen needs it."""
    page = "#set page(width: auto, height: auto, margin: 4pt, fill: white)\n#image(bytes(sys.inputs.svg), width: 480pt)"
    made = typst.compile(
        page.encode(), font_paths=_fonts(), ignore_system_fonts=True, format="png", ppi=192,
        sys_inputs={"svg": shown_in_print(svg)},
    )  # fmt: skip
    return bytes(made)


def shown_in_print(value: Any) -> Any:
    """The value with UNSHOWN in place of each sign that the fonts do not have."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value)
        return "".join(sign if sign == "\n" or _has_glyph(ord(sign)) else _instead(sign) for sign in text)
    if isinstance(value, Mapping):
        return {name: shown_in_print(each) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [shown_in_print(each) for each in value]
    return value


def _has_glyph(code: int) -> bool:
    return any(first <= code <= last for first, last in _SHOWN) and unicodedata.category(chr(code)) != "Cn"


def _instead(sign: str) -> str:
    return UNSHOWN if sign.isprintable() else " "


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


@cache
def _source(name: str) -> bytes:
    return (resources.files("vocu.rendering") / "templates" / name).read_bytes()
