"""What the command line shows of what others wrote, and of numbers in each language."""

import pytest

from vocu.rendering.catalogue import COMPLETE
from vocu.rendering.wording import Wording
from vocu_client.cli.printing import shown


@pytest.mark.parametrize("language", COMPLETE)
def test_a_number_is_shown_whole_in_each_language(language: str) -> None:
    text = Wording(language).number(4_688_200)
    assert shown(text) == text


def test_what_moves_a_cursor_or_turns_text_around_is_seen_as_a_mark() -> None:
    assert shown("a\x1b[2J\u202eb\u2028\x07\n") == "a\ufffd[2J\ufffdb\ufffd\ufffd\n"
