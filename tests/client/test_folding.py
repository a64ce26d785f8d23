"""Text as people search it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu_client.folding import fold, words


@pytest.mark.parametrize(
    ("text", "folded"), [("Łódź", "lodz"), ("LODZ", "lodz"), ("Straße", "strasse"), ("Færøerne", "faeroerne")]
)
def test_case_and_accents_make_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_folding_is_the_same_for_what_reads_the_same() -> None:
    assert fold("Ångström İÇ ΣΟΦΙΑΣ") == fold("ANGSTROM ic σοφιας")


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_folds_as_any_other_text_does(text: str) -> None:
    assert fold(text) == unicodedata.normalize("NFKD", text.casefold()) == fold(f"{text}é")[:-1]


def test_the_words_of_a_text_are_folded_in_their_order() -> None:
    assert words("A Lorry, to Łódź-2!") == ["a", "lorry", "to", "lodz", "2"]
