from decimal import Decimal

import pytest
from babel import Locale

from tests.core.form.forms import shortest_report
from vocu.errors import MalformedError, RefusedError, SealedError, UntrustedError, VocuError
from vocu.form.schema import findings
from vocu.rendering.failures import FAMILIES, SAID
from vocu.rendering.wording import PSEUDO, Wording

EU = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()  # noqa: SIM905 - easier to read
TEXTS = {
    ("", "Sent to {names}."): ("Wysłano do: {names}.",),
    ("", "{n} report"): ("{n} zgłoszenie", "{n} zgłoszenia", "{n} zgłoszeń", "{n} zgłoszenia"),
    ("commodity", "Cigarettes"): ("Papierosy",),
    ("quantity_basis", "Pending"): ("W toku",),
    ("amount", "litre"): ("litr", "litry", "litrów", "litra"),
    ("", "is missing"): ("nie podano",),
}
POLISH = Wording("pl", TEXTS)


def test_a_sentence_is_translated_and_its_values_are_put_in() -> None:
    assert POLISH._("Sent to {names}.", names="PL, DE") == "Wysłano do: PL, DE."


def test_what_a_value_holds_is_never_taken_for_a_placeholder() -> None:
    assert POLISH._("Sent to {names}.", names="{n} {names.__class__}") == "Wysłano do: {n} {names.__class__}."


def test_what_is_not_translated_is_english() -> None:
    assert POLISH._("Nobody ever said {what}.", what=1) == "Nobody ever said 1."
    assert Wording("tlh")._("Nobody ever said {what}.", what=1) == "Nobody ever said 1."


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 zgłoszenie"),
        (3, "3 zgłoszenia"),
        (12, "12 zgłoszeń"),
        (22, "22 zgłoszenia"),
        (Decimal("1.5"), "1,5 zgłoszenia"),
        (12345, "12\xa0345 zgłoszeń"),
    ],
)
def test_a_plural_has_the_form_and_the_number_that_the_language_has(count: int | Decimal, said: str) -> None:
    assert POLISH.n_("{n} report", "{n} reports", count) == said


def test_a_plural_without_translation_is_english() -> None:
    assert POLISH.n_("{n} stamp", "{n} stamps", 1) == "1 stamp"
    assert POLISH.n_("{n} stamp", "{n} stamps", 1000) == "1\xa0000 stamps"
    assert Wording("en").n_("{n} stamp of {whom}", "{n} stamps of {whom}", 1000, whom="PL") == "1,000 stamps of PL"


def test_labels_and_units_come_from_the_catalogue() -> None:
    assert POLISH.label("commodity", "tobacco.cigarettes") == "Papierosy"
    assert POLISH.quantity("2.5", "LTR") == "2,5 litra"
    assert POLISH.quantity("3", "LTR") == "3 litry"
    assert POLISH.unit("LTR") == "litrów"


def test_a_label_within_a_sentence_keeps_its_capital_where_nouns_have_one() -> None:
    german = Wording("de", {("commodity", "Cigarettes"): ("Zigaretten",)})
    assert german.inside("commodity", "tobacco.cigarettes") == "Zigaretten"
    assert POLISH.inside("commodity", "tobacco.cigarettes") == "papierosy"


@pytest.mark.parametrize("language", EU)
def test_days_numbers_and_countries_are_written_in_every_language_of_the_union(language: str) -> None:
    words = Wording(language)
    assert words.language == language
    noon = 1_705_402_800_000
    told = [words.instant(noon, "Europe/Warsaw"), words.day("2024-01-16"), words.weekday("2024-01-16")]
    assert all("2024" in text and "16" in text for text in told), told
    assert any(clock in told[0] for clock in ("12:00", "12.00"))
    assert words.day("2024-01") != words.day("2024-02")
    assert "5" in words.ago(noon, noon + 300_000)
    assert words.ago(noon, noon + 300_000) != words.ago(noon + 300_000, noon)
    assert words.number("1234567.5").endswith(("567,5", "567.5"))
    if language != "en":
        assert [words.country(code) for code in ("DE", "GR", "AT")] != ["Germany", "Greece", "Austria"]


def test_the_pseudo_language_brackets_what_is_in_the_catalogue_and_nothing_else() -> None:
    words = Wording(PSEUDO)
    assert words.language == PSEUDO
    assert words.say("issue", number=3) == "⟦Newsletter no. 3⟧"
    assert words.label("commodity", "tobacco.cigarettes") == "⟦Cigarettes⟧"
    assert words.quantity("2", "LTR") == "2 ⟦litres⟧"
    assert words._("Nobody ever said this.") == "Nobody ever said this."
    assert words.country("DE") == "Germany"
    assert words.locale == Locale("en", "GB")


# --- errors and faults -------------------------------------------------------------------------------------------


def test_in_english_an_error_speaks_for_itself() -> None:
    error = RefusedError("withdrawn", "This report was withdrawn; report the seizure anew.", ("a line",))
    assert Wording("en").error(error) == error.message
    assert Wording("en").error_details(error) == ("a line",)


def test_in_another_language_an_error_is_said_in_general_and_its_own_words_stand_beneath() -> None:
    general = next(said for said, codes in SAID.items() if "withdrawn" in codes.split())
    words = Wording("sv", {("", general): ("Rapporten har dragits tillbaka.",)})
    error = RefusedError("withdrawn", "This report was withdrawn {n}.", ("a line",))
    assert words.error(error) == "Rapporten har dragits tillbaka."
    assert words.error_details(error) == ("This report was withdrawn {n}.", "a line")


@pytest.mark.parametrize("family", [MalformedError, RefusedError, UntrustedError, SealedError, VocuError])
def test_an_error_with_a_code_that_nobody_described_is_said_by_its_family(family: type[VocuError]) -> None:
    assert Wording("sv").error(family("brand-new", "Something.")) == FAMILIES[family]


def test_a_code_that_is_an_alarm_in_one_family_is_none_in_another() -> None:
    refused, alarm = RefusedError("split-view", "x"), UntrustedError("split-view", "x")
    assert Wording("sv").error(refused) != Wording("sv").error(alarm)


def test_a_fault_names_fields_and_codes_as_people_know_them() -> None:
    line = {"commodity": "food", "unit": "KGM", "quantity": "1", "quantity_basis": "pending"}
    (fault,) = findings("seizure", shortest_report(goods=[line]))
    assert str(fault) == 'goods[0].quantity: leave it out while quantity_basis is "pending", or name another basis'
    assert "W toku" in POLISH.fault(fault)
    assert "quantity_basis" not in POLISH.fault(fault)
    assert '"Pending"' in Wording("en").fault(fault)


def test_a_fault_of_a_value_says_what_is_meant_in_the_language_of_the_reader() -> None:
    meaning = "a day, month or year on the calendar: 2022-10-17, 2022-10 or 2022"
    words = Wording("sv", {("", "{value} is not {meaning}"): ("{value}: ange {meaning}",), ("", meaning): ("en dag",)})
    (fault,) = findings("seizure", shortest_report(seizure_day="{May}"))
    assert words.fault(fault) == '"{May}": ange en dag'


def test_a_missing_field_is_said_in_the_language_of_the_reader() -> None:
    faults = findings("seizure", {})
    assert {POLISH.fault(fault) for fault in faults} == {"nie podano"}
