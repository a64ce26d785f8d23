"""For whoever translates: prints what a language lacks as JSON, and takes it back.

`python -m tests.wording.translate fr > fr.json` prints {context: {English: ""}}, a list of "" for each plural form;
`python -m tests.wording.translate fr fr.json` reads the same with the texts filled in, and says what does not fit.
"""

import json
import sys
from pathlib import Path
from typing import Any

from babel import Locale

from tests.wording.extract import WORDING
from vocu.rendering.catalogue import Message, fits, read_messages, write_messages

Texts = dict[str, dict[str, Any]]


def _catalogue(language: str) -> tuple[Message, ...]:
    return read_messages((WORDING / f"{language}.po").read_bytes())


def is_done(message: Message) -> bool:
    return not message.fuzzy and all(message.translation) and fits(message.english, message.translation)


def untranslated(language: str) -> Texts:
    """By context and English text, what is missing: "" or one "" for each plural form."""
    found: Texts = {}
    for message in _catalogue(language):
        if not is_done(message):
            empty = "" if len(message.english) == 1 else [""] * len(message.translation)
            found.setdefault(message.context, {})[message.english[0]] = empty
    return found


def fill(language: str, texts: Texts) -> list[str]:
    """Writes these translations into the catalogue; returns a line for each that does not fit, which is left out."""
    kept: list[Message] = []
    refused = []
    given = {(context, one): text for context, inner in texts.items() for one, text in inner.items()}
    for message in _catalogue(language):
        text = given.pop(message.key, None)
        forms = (text,) if isinstance(text, str) else tuple(text or ())
        filled = message._replace(translation=forms, fuzzy=False)
        if any(forms) and not (len(forms) == len(message.translation) and is_done(filled)):
            refused.append(f"{message.key}: {forms} does not fit")
        kept.append(filled if forms and is_done(filled) else message)
    (WORDING / f"{language}.po").write_bytes(write_messages(Locale(language), kept))
    return refused + [f"{key} is not in the catalogue" for key in given]


def main() -> None:
    language, *files = sys.argv[1:]
    if files:
        print(*fill(language, json.loads(Path(files[0]).read_bytes())), sep="\n")
    else:
        print(json.dumps(untranslated(language), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
