"""The catalogues hold everything that people read, in the languages that vocu promises."""

import pytest

from tests.wording.extract import LANGUAGES, WORDING, collected, template, updated
from vocu.rendering.catalogue import fits, plural_categories, read_messages
from vocu.rendering.wording import Wording

HOW = "run `python -m tests.wording.extract`"


def test_the_template_holds_all_that_is_said_and_nothing_else() -> None:
    assert (WORDING / "messages.pot").read_bytes() == template(), HOW


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_up_to_date(language: str) -> None:
    assert (WORDING / f"{language}.po").read_bytes() == updated(language), HOW


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_that_vocu_promises_lacks_no_text(language: str) -> None:
    catalogue = read_messages((WORDING / f"{language}.po").read_bytes())
    assert [each.key for each in catalogue if each.fuzzy or not all(each.translation)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_and_plural_forms_that_it_must_have(language: str) -> None:
    forms = len(plural_categories(Wording(language).locale))
    for each in read_messages((WORDING / f"{language}.po").read_bytes()):
        assert len(each.translation) == (1 if len(each.english) == 1 else forms), each
        if all(each.translation):
            assert fits(each.english, each.translation), each


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_no_space_at_its_ends_that_the_english_text_lacks(language: str) -> None:
    for each in read_messages((WORDING / f"{language}.po").read_bytes()):
        for text in each.translation:
            assert not text or (text.strip() == text) == (each.english[0].strip() == each.english[0]), each


def test_each_place_where_texts_stand_is_looked_at() -> None:
    found = collected()
    for key in [
        ("", "Newsletter no. {number}"),
        ("noun", "report"),
        ("amount", "litre"),
        ("commodity", "Cigarettes"),
        ("field", "Seizure report, statistical part"),
        ("", "is missing"),
        ("", "a whole number, 0 or more"),
        ("", "This text is too long. Shorten it."),
    ]:
        assert key in found


def test_no_text_is_told_apart_from_another_by_its_plural_only() -> None:
    """`n_("{n} report", …)` and `_("{n} report")` would share one translation: the plural takes it."""
    for (_, one), (texts, _) in collected().items():
        assert texts[0] == one
        assert len(texts) in (1, 2)
