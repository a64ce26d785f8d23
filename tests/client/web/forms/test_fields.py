from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from vocu.form.schema import FORMS
from vocu_client.web.forms.fields import NOT_ASKED, Field, fields_of
from vocu_client.web.forms.sections import SECTIONS


def every(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        if field.kind in ("group", "rows"):
            yield from every(field.fields)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_field_has_a_label_that_people_read(form: str) -> None:
    for field in every(fields_of(form).values()):
        assert field.title, field.name
        assert "_" not in field.title


@pytest.mark.parametrize("form", sorted(SECTIONS))
def test_every_field_stands_in_exactly_one_section(form: str) -> None:
    placed = Counter(name for section in SECTIONS[form] for name in (*section.fields, *section.more))
    assert placed == Counter(list(fields_of(form)))


@pytest.mark.parametrize("form", sorted(SECTIONS))
def test_what_is_mandatory_is_never_folded(form: str) -> None:
    folded = {name for section in SECTIONS[form] for name in section.more}
    assert not [name for name in folded if fields_of(form)[name].required]


def test_sealed_sections_hold_the_nominal_part_and_nothing_else() -> None:
    sealed = {name for each in SECTIONS["seizure"] if each.sealed for name in (*each.fields, *each.more)}
    assert sealed == set(FORMS["seizure_nominal"].__struct_fields__) - NOT_ASKED


def test_every_form_has_its_order() -> None:
    assert set(SECTIONS) == set(FORMS)
