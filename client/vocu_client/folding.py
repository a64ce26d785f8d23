"""Text as it is compared when people search: without case and accents, by its words."""

import re
import unicodedata

# Letters that Unicode does not take apart into a letter and its mark.
_WHOLE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """The text in small letters without accents: "Łódź" and "LODZ" fold to the same."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_WHOLE))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """The words of a text, folded, in its order."""
    return _WORD.findall(fold(text))
