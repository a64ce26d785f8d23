"""Every error that the user of a desk may meet has a sentence for readers of other languages."""

from tests.docs.errors_page import FOLDERS, ROOT, all_codes
from vocu.rendering.failures import codes_said

ELSEWHERE = frozenset(
    ["bad-clock", "bad-option", "bad-settings", "damaged-backup", "damaged-copy", "files-unreachable",
     "files-unusable", "hub-exists", "hub-is-running", "incomplete-copies", "keys-exist", "no-backup", "no-database",
     "no-keys", "no-settings", "not-a-backup", "not-a-copy", "not-empty", "nothing-to-recover", "old-schema",
     "other-operations", "plain-outside-loopback", "too-many-countries", "wrong-backup-key", "wrong-schema"]
)  # fmt: skip
"""Codes that whoever keeps a hub meets, or runs the demonstration, on an English command line."""


def test_each_code_has_a_sentence() -> None:
    codes = {(each.family == "UntrustedError", each.code) for each in all_codes() if each.code not in ELSEWHERE}
    assert codes - codes_said() == set()


def test_no_sentence_is_for_a_code_that_nobody_raises() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if path.name != "failures.py"]
    said = " ".join(path.read_text("utf-8") for path in files)
    assert {code for _, code in codes_said() if f'"{code}"' not in said} == set()
