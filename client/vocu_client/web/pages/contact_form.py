"""A country's own contacts as a form with as many persons as one wants: what was typed, and what it means."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from vocu.operation import bodies
from vocu.rendering.wording import Wording
from vocu_client.store.drafts import Fields

TEXTS: Final = ("name", "function", "telephone", "email", "languages", "duty_hours")
LONGEST: Final = {"name": 120, "function": 120, "telephone": 60, "email": 120, "duty_hours": 120}
MOST: Final = 100
_INTERNATIONAL: Final = re.compile(r"(\+|00) ?\(?[1-9]")
_CODE: Final = re.compile(r"[a-z]{2,3}")


class Person(Struct, frozen=True, kw_only=True):
    """One person as typed."""

    name: str = ""
    function: str = ""
    telephone: str = ""
    email: str = ""
    languages: str = ""
    duty_hours: str = ""
    deputy: bool = False

    @classmethod
    def of(cls, contact: bodies.Contact) -> "Person":
        """A person as published."""
        texts = {name: getattr(contact, name) or "" for name in TEXTS if name != "languages"}
        return cls(**texts, languages=", ".join(contact.languages or ()), deputy=contact.deputy)

    @property
    def empty(self) -> bool:
        return not any(getattr(self, name).strip() for name in TEXTS)

    def fields(self, number: int) -> Fields:
        """As the form sends it."""
        kept = {f"{name}.{number}": [getattr(self, name)] for name in TEXTS}
        return kept | ({f"deputy.{number}": ["on"]} if self.deputy else {})


def blank() -> Person:
    return Person()


def typed(fields: Fields) -> list[Person]:
    """The persons of a form, in the order of their numbers."""
    numbers = sorted(
        {int(end) for end in (name.partition(".")[2] for name in fields) if end.isdigit() and len(end) < 5}
    )
    return [
        Person(**{name: fields.get(f"{name}.{number}", [""])[0] for name in TEXTS}, deputy=f"deputy.{number}" in fields)
        for number in numbers[:MOST]
    ]


def problems(persons: list[Person], words: Wording) -> dict[str, str]:
    """What is wrong, by field; a person that is left empty is nobody, and none of its fields is wrong."""
    return dict(_problems(persons, words))


def _problems(persons: list[Person], words: Wording) -> Iterator[tuple[str, str]]:
    for number, person in enumerate(persons):
        if person.empty:
            continue
        if not person.name.strip():
            yield f"name.{number}", words._("Say who this is, or remove the person.")
        if not (person.telephone.strip() or person.email.strip()):
            yield f"telephone.{number}", words._("Give a telephone number or an e-mail address.")
        elif person.telephone.strip() and not _INTERNATIONAL.match(person.telephone.strip()):
            yield f"telephone.{number}", words._("Begin with the country's code, such as +48: others call from abroad.")
        for name, most in LONGEST.items():
            if len(getattr(person, name).strip()) > most:
                yield f"{name}.{number}", words._("This is too long; {most} characters are the most.", most=most)
        if wrong := [code for code in _codes(person.languages) if not _CODE.fullmatch(code)]:
            text = words._("{code} is not the code of a language; write codes such as en, fr, pl.", code=wrong[0])
            yield f"languages.{number}", text


def read(persons: list[Person]) -> list[bodies.Contact]:
    """The contacts that a form without problems says."""
    return [_contact(person) for person in persons if not person.empty]


def _contact(person: Person) -> bodies.Contact:
    values: dict[str, Any] = {name: getattr(person, name).strip() for name in TEXTS if name != "languages"}
    values = {name: value for name, value in values.items() if value}
    if languages := list(dict.fromkeys(_codes(person.languages))):
        values["languages"] = languages
    return msgspec.convert(values | {"deputy": person.deputy}, bodies.Contact)


def _codes(text: str) -> list[str]:
    return [code for code in re.split(r"[\s,;]+", text.strip().lower()) if code]
