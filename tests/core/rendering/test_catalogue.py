import pytest
from babel import Locale

from vocu.errors import MalformedError
from vocu.rendering.catalogue import fits, messages, packaged, plural_categories, read_texts, write_texts

HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def test_what_is_written_is_read_back() -> None:
    texts = {
        ("", "Newsletter no. {number}"): ("Nyhetsbrev nr {number}",),
        ("noun", "report"): ("rapport", "rapporter"),
        ("commodity", "Cigarettes"): ('Cigaretter "x" \\ y',),
    }
    assert read_texts(write_texts("sv", texts)) == texts


def test_what_no_page_says_is_not_written() -> None:
    assert read_texts(write_texts("sv", {("", "Nobody says this"): ("x",)})) == {}


@pytest.mark.parametrize(
    "entry",
    [
        'msgid "Hello"\nmsgstr ""',
        '#, fuzzy\nmsgid "Hello"\nmsgstr "Hej"',
        'msgid "Hello {name}"\nmsgstr "Hej"',
        'msgid "Hello {name}"\nmsgstr "Hej {name} {other}"',
        'msgid "Hello {name}"\nmsgstr "Hej {name.__class__}"',
        'msgid "Hello {name}"\nmsgstr "Hej {name:>999999999}"',
        'msgid "Hello {name}"\nmsgstr "Hej {name"',
        'msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "en dag"\nmsgstr[1] ""',
    ],
)
def test_a_translation_that_cannot_be_used_is_left_out(entry: str) -> None:
    assert read_texts((HEAD + entry + "\n").encode()) == {}


def test_a_plural_form_may_do_without_its_number() -> None:
    assert fits(("{n} day of {whole}", "{n} days of {whole}"), ("en dag av {whole}", "{n} dagar av {whole}"))
    assert not fits(("{n} day of {whole}", "{n} days of {whole}"), ("en dag", "{n} dagar av {whole}"))


@pytest.mark.parametrize("damaged", [b"\xff\xfe", b'msgid "a"\nnonsense "b"\n'])
def test_a_damaged_catalogue_is_refused(damaged: bytes) -> None:
    with pytest.raises(MalformedError) as refused:
        read_texts(damaged)
    assert refused.value.code == "bad-catalogue"


@pytest.mark.parametrize("language", ["", "xx", "../de", "en"])
def test_a_language_that_vocu_does_not_bring_has_no_texts(language: str) -> None:
    assert packaged(language) == {}


@pytest.mark.parametrize(
    ("language", "categories"),
    [
        ("fr", ("one", "other")),
        ("es", ("one", "other")),
        ("pl", ("one", "few", "many", "other")),
        ("ga", ("one", "two", "few", "many", "other")),
        ("lv", ("zero", "one", "other")),
        ("hu", ("one", "other")),
    ],
)
def test_a_language_has_the_plural_forms_of_everyday_numbers(language: str, categories: tuple[str, ...]) -> None:
    assert plural_categories(Locale(language)) == categories


def test_there_is_no_text_twice() -> None:
    keys = [message.key for message in messages()]
    assert len(keys) == len(set(keys)) > 500
