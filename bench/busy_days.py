"""Who posts what in five busy days: made up, and the same each time."""

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from bench.operation import ORGANISER, Member, new_id
from vocu.form.messages import Feedback, Question, WarningNotice
from vocu.form.returns import DailyReturn
from vocu.form.whole import split
from vocu.operation import bodies, events
from vocu.operation.events import Event
from vocu.operation.header import EVERYONE
from vocu_client.demo.generator import Generator

LATEST = 400
"""A reply answers one of so many latest messages."""
WORDS = """
lorry trailer ferry terminal harbour consignee papers seals driver warehouse container cover load pallets scanner dog
handler night shift border crossing railway wagon parcel courier passenger luggage cash declaration cigarettes resin
noon evening checked released followed stopped nothing found suspect number plate colour white red blue green
"""


@dataclass(frozen=True)
class Letter:
    """What somebody is about to post."""

    member: Member
    event: Event
    id: str = field(default_factory=new_id)
    to: tuple[str, ...] | str = EVERYONE
    ref: str | None = None
    readers: dict[str, tuple[str, ...]] = field(default_factory=dict)


class BusyDays:
    """A tenth are seizures, six in a thousand each warnings, feedback, questions and amendments; the rest are messages,
    a third of them replies, a tenth to the organiser alone.

    `ids`: the newest of each kind that pages are about.
    """

    def __init__(self, members: list[Member]) -> None:
        self._members = members
        self._chance = random.Random(7)
        self._forms = Generator(7)
        self._messages: list[str] = []
        self._warned: list[tuple[str, Member]] = []
        self._reported: list[tuple[str, Member]] = []
        self._asked: list[str] = []
        self.ids: dict[str, str] = {}

    def returns(self, day: date) -> list[Letter]:
        """Everybody's control return, a few of them nil."""
        forms = [self._forms.daily_return(day, self._chance.random() < 0.8) for _ in self._members]
        filed = [events.DailyReturnFiled(stat=msgspec.convert(form, DailyReturn)) for form in forms]
        return [Letter(member, event) for member, event in zip(self._members, filed, strict=True)]

    def to_answer(self) -> list[str]:
        """The questions that the organiser answers now: all but the newest few."""
        answered, self._asked = self._asked[:-5], self._asked[-5:]
        return answered

    def letters(self, day: date, count: int, seizures: float = 0.1) -> list[Letter]:
        """So many, none of which refers to another of them."""
        earlier = self._messages[-LATEST:]
        warned, self._warned = self._warned, []
        reported, self._reported = self._reported, []
        return [self._letter(day, seizures, earlier, warned, reported) for _ in range(count)]

    def _letter(
        self,
        day: date,
        seizures: float,
        earlier: list[str],
        warned: list[tuple[str, Member]],
        reported: list[tuple[str, Member]],
    ) -> Letter:
        member, draw = self._chance.choice(self._members), self._chance.random() - seizures
        if draw < 0:
            return self._seizure(member, day)
        if draw < 0.006:
            return self._warning(member)
        if draw < 0.012 and warned:
            warning, addressee = warned.pop()
            event = events.FeedbackGiven(stat=Feedback(result="nothing_found"), text=self._text())
            return Letter(addressee, event, ref=warning)
        if draw < 0.018:
            return self._question(member)
        if draw < 0.024 and reported:
            report, owner = reported.pop()
            stat, nominal = split(self._form(owner, day))
            amended = events.SeizureAmended(stat=stat, nominal=nominal)
            return Letter(owner, amended, ref=report, readers={"nominal": (ORGANISER,)})
        return self._message(member, earlier)

    def _seizure(self, member: Member, day: date) -> Letter:
        stat, nominal = split(self._form(member, day))
        event = events.SeizureReported(stat=stat, nominal=nominal)
        letter = Letter(member, event, readers={"nominal": (ORGANISER,)})
        self._reported.append((letter.id, member))
        self.ids["seizure"] = letter.id
        return letter

    def _form(self, member: Member, day: date) -> dict[str, Any]:
        """With a container and a person: now and then one that was in another report, too."""
        number = self._chance.randrange(30_000)
        more = {"containers": [f"MSKU{number:07}"], "persons": [{"name": f"Person {number % 20_000} (made up)"}]}
        return self._forms.seizure(member.ncp, day) | more

    def _warning(self, member: Member) -> Letter:
        addressee = self._chance.choice([each for each in self._members if each is not member])
        form = WarningNotice(addressees=(addressee.ncp,), commodity="drugs.cocaine", action="control")
        letter = Letter(member, events.WarningIssued(stat=form, text=self._text()))
        self._warned.append((letter.id, addressee))
        self.ids["warning"] = letter.id
        return letter

    def _question(self, member: Member) -> Letter:
        form = Question(kind="question", addressees=(ORGANISER,), subject="consignment")
        letter = Letter(member, events.QuestionAsked(stat=form, text=self._text()))
        self._asked.append(letter.id)
        self.ids["question"] = letter.id
        return letter

    def _message(self, member: Member, earlier: list[str]) -> Letter:
        event = events.MessagePosted(text=self._text())
        if self._chance.random() < 0.1:
            to = tuple(sorted((member.ncp, ORGANISER)))
            return Letter(member, event, to=to, readers={"text": (ORGANISER,)})
        ref = self._chance.choice(earlier) if earlier and self._chance.random() < 0.37 else None
        letter = Letter(member, event, ref=ref)
        self._messages.append(letter.id)
        self.ids["message"] = letter.id
        return letter

    def _text(self) -> bodies.Text:
        words = self._chance.choices(WORDS.split(), k=self._chance.randint(12, 90))
        return bodies.Text(subject=" ".join(words[:3]), body=f"{' '.join(words)} {self._chance.randrange(10**6)}.")
