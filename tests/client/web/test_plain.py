"""Texts that people wrote, as pages show them."""

import pytest

from vocu_client.web.templating import plain


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\u200b", "\x1b", "\u2028", "\ue000", "\ud800"])
def test_signs_that_command_are_seen_as_a_mark(sign: str) -> None:
    assert plain(f"exe{sign}gpj") == "exe\ufffdgpj"


@pytest.mark.parametrize(
    "text", ["Łódź\nΑθήνα\tСофия", "שלום", "10\u00a0000", "نمی\u200cخواهم", "👩\u200d✈\ufe0f", "=1+1"]
)
def test_writing_stays_as_it_was_written(text: str) -> None:
    assert plain(text) == text


def test_line_ends_of_a_browser_are_line_ends() -> None:
    assert plain("one\r\ntwo") == "one\ntwo"
