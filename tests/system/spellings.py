"""How a word could stand in bytes without being sealed, and where in a process or a folder it does."""

import base64
from pathlib import Path


def spellings(word: str) -> set[bytes]:
    """The word as UTF-8 and UTF-16, in hexadecimal, and as base64 wherever in a longer text it begins."""
    plain = word.encode()
    found = {
        plain,
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        plain.hex().encode(),
        plain.hex().upper().encode(),
    }
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # Only the digits that depend on nothing but the word: of its neighbours we know nothing.
            digits = encode(bytes(shift) + plain + bytes(3))
            found.add(digits[-(-shift * 8 // 6) : (shift + len(plain)) * 8 // 6])
    return found


def files_with(word: str, *places: Path) -> list[str]:
    """The files, in these folders at any depth, that hold the word in the clear."""
    looked_for = spellings(word)
    files = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*")))]
    return [str(file) for file in files if file.is_file() and _holds(file.read_bytes(), looked_for)]


def memory_with(word: str, *pids: int) -> list[str]:
    """The parts of these processes' memory that hold the word in the clear."""
    return [part for pid in pids for part in _memory_with(spellings(word), pid)]


def _memory_with(looked_for: set[bytes], pid: int) -> list[str]:
    found = []
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps.read().splitlines():
            span, rights, *rest = line.split()
            start, end = (int(bound, 16) for bound in span.split("-"))
            if "r" not in rights or rest[-1] in ("[vvar]", "[vvar_vclock]", "[vsyscall]"):
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except OSError:  # unmapped since, or reserved without being there
                continue
            if _holds(data, looked_for):
                found.append(line)
    return found


def _holds(data: bytes, looked_for: set[bytes]) -> bool:
    return any(spelling in data for spelling in looked_for)
