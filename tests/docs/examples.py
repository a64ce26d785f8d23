"""One admitted event of each kind, from one short operation; docs/events.md shows them."""

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from tests.scenario import MINUTE, Scenario
from tests.simulated import START
from vocu.canonical import b64
from vocu.form.schema import FORMS
from vocu.operation import bodies, events
from vocu.operation.events import Event
from vocu.operation.media import Media, describe, seal_file
from vocu.operation.statements import ChangeRoots, Revoke, Roots


class Example(NamedTuple):
    """The header as JSON, and the body of each part, sealed ones too."""

    header: dict[str, Any]
    bodies: dict[str, Any]


def form(name: str, **fields: Any) -> Any:
    """The packaged example of a form, with other fields."""
    value = json.loads((resources.files("vocu_schemas") / "examples" / f"{name}.json").read_bytes())
    return msgspec.convert(value | fields, FORMS[name])


WORDS = bodies.Text(body="The lorry left the terminal at noon.", subject="XY 123", handling="TLP:AMBER")
REFERENCE = bodies.Reference(
    rules=(
        bodies.ConversionRule(name="pack-of-20", source="pack", target="stick", factor="20", commodity="tobacco"),
        bodies.ConversionRule(name="pound-avoirdupois", source="LBR", target="KGM", factor="0.45359237"),
    ),
    rates=(bodies.Rate(day="2024-01-15", currency="PLN", per_euro="4.3775"),),
    source="European Central Bank, euro foreign exchange reference rates",
)
EDITION = bodies.Edition(
    name="JCO BALTICA",
    starts_day="2022-10-03",
    ends_day="2022-10-14",
    totals=(
        bodies.EditionTotal(
            commodity="tobacco.cigarettes", unit="stick", reports=120, seizures=131, quantity="13000000"
        ),
    ),
    countries=6,
)
CONTACT = bodies.Contact(
    name="Anna Nowak", function="duty officer", telephone="+48 22 000 00 00", languages=("pl", "en")
)


@cache
def examples() -> dict[str, Example]:
    """By kind. What is random by nature (hashes of sealed bytes, signatures of roots) differs from run to run."""
    story = Story()
    story.tell()
    return story.told


class Story:
    """PL organises; DE and NL take part, and NL loses its desk in the end."""

    def __init__(self) -> None:
        self.scenario = Scenario("DE", "NL")
        self.told: dict[str, Example] = {}

    def post(self, by: str, event: Event, **more: Any) -> str:
        event_id = self.scenario.post(by, event, **more)
        self.note()
        return event_id

    def note(self, scenario: Scenario | None = None) -> None:
        """Keep what the hub admitted since, one event of each kind."""
        hub = (scenario or self.scenario).hub
        for entry in hub.entries[1:]:
            header = msgspec.json.decode(entry.header or b"")
            parts = zip(header["parts"], entry.parts, strict=True)
            clear = {
                s["p"]: json.loads(data)["body"]
                for s, data in parts
                if data and s["enc"] == "clear" and s["p"] != "wraps"
            }
            self.told.setdefault(header["type"], Example(header, clear))

    def media(self, event_id: str) -> Media:
        """One small picture, which is sealed for this event."""
        data, key = b"not a picture, but as long as one may be" * 2000, bytes(32)
        chunks = seal_file(data, key, op=self.scenario.op, event_id=event_id, file=0)
        named = tuple(b64(hashlib.sha256(chunk).digest()) for chunk in chunks)
        return Media(files=(describe(data, named, key, name="trailer.jpg", type="image/jpeg", size=(1920, 1440)),))

    def sealed(self, kind: str, **parts: Any) -> None:
        for name, body in parts.items():
            self.told[kind].bodies[name] = msgspec.to_builtins(body, str_keys=True)

    def tell(self) -> None:
        s, post = self.scenario, self.post
        s.hub.now = START + 170 * 24 * 60 * MINUTE  # after all days that the packaged examples name
        s.open("OPERATIONAL")
        s.change("DE", "co_organiser")
        s.add_desk("DE-2", "DE")
        s.admit("CH", "observer")
        epoch = s.rotate("DE")
        post("NL", events.EpochFault(plain=bodies.Fault(epoch=epoch)))
        post("PL", events.ContactPublished(text=bodies.Contacts(contacts=(CONTACT,))))
        post("PL", events.DirectorySent(text=bodies.Directory(participants={"PL": (CONTACT,)})), to=("CH",))
        message_id = s.new_id()
        media = self.media(message_id)
        message = post("DE", events.MessagePosted(text=WORDS, media=media), to=("NL",), id=message_id)
        self.sealed("message_posted", media=media)
        post("NL", events.ReadingConfirmed(text=bodies.Reading(received=14, opened=(message,))), to=("DE",))
        post("PL", events.AnnouncementPosted(text=WORDS))
        nominal = form("seizure_nominal")
        pending = form("cross_check", result="pending", answered_day=None, hits=None)
        warning = post(
            "PL",
            events.WarningIssued(stat=form("warning"), text=WORDS, nominal=nominal),
            readers={"text": ("DE", "NL"), "nominal": ("DE", "NL")},
        )
        post("DE", events.FeedbackGiven(stat=form("feedback"), text=WORDS), ref=warning, readers={"text": ("PL",)})
        question = post("NL", events.QuestionAsked(stat=form("question"), text=WORDS), readers={"text": ("PL",)})
        post("PL", events.QuestionAnswered(stat=form("answer"), text=WORDS), ref=question, readers={"text": ("NL",)})
        check = post(
            "DE",
            events.CrossCheckAsked(stat=pending, nominal=nominal),
            readers={"nominal": ("PL",)},
        )
        post("PL", events.CrossCheckAnswered(stat=form("cross_check")), ref=check)
        report = post("DE", events.SeizureReported(stat=form("seizure"), nominal=nominal), readers={"nominal": ("PL",)})
        post("DE", events.SeizureAmended(stat=form("seizure")), ref=report)
        post("DE", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=report)
        restricted = post("DE", events.SeizureReported(stat=form("seizure")), readers={"stat": ("PL",)})
        post("DE", events.SeizureReleased(stat=form("seizure")), ref=restricted)
        behalf = post("PL", events.SeizureReported(stat=form("seizure", on_behalf_of="NL")))
        post("NL", events.SeizureConfirmed(stat=bodies.Confirmation(revision=behalf)), ref=behalf)
        post("NL", events.DailyReturnFiled(stat=form("daily_return"), text=WORDS), readers={"text": ("PL",)})
        post("PL", events.OutcomeReturned(stat=form("outcome_return")))
        post("NL", events.NationalReportFiled(stat=form("national_report"), text=WORDS))
        post("PL", events.ReferencePublished(plain=REFERENCE))
        post("PL", events.EditionPublished(stat=EDITION))
        newsletter = s.newsletter("2024-01-15")
        issued = bodies.Issued(number=1, notable=(behalf,))
        post("PL", events.NewsletterIssued(plain=issued, text=WORDS), ref=newsletter)
        index = s.desks["DE"].seen(message).index
        erased = post("DE", events.EntryErased(plain=bodies.Erasure(index=index, parts=("text", "media", "wraps"))))
        post("NL", events.ErasureConfirmed(plain=bodies.Erased(index=index)), ref=erased)
        self.end()
        self.grant()
        self.tell_what_was_sealed(nominal)

    def grant(self) -> None:
        """An operation of its own, for this one's statistical part is clear."""
        sealing = Scenario("DE", profile="sealed_stat")
        grant = bodies.Grant(keys=((sealing.rotate(), "A" * 43),))
        sealing.post("PL", events.EpochsGranted(text=grant), to=("DE",))
        self.note(sealing)
        self.sealed("epochs_granted", text=grant)

    def end(self) -> None:
        s = self.scenario
        revoke = Revoke(op=s.op, salt=s.new_id(), device=s.desks["NL"].id)
        self.post("NL", events.DeviceRevoked(plain=s.carried(s.by_country("NL", revoke))))
        s.remove("NL")
        change = ChangeRoots(op=s.op, salt=s.new_id(), roots=Roots(keys=s.hub.state.roots.keys, threshold=1))
        self.post("PL", events.RootsChanged(plain=s.carried(s.by_roots(change))))

    def tell_what_was_sealed(self, nominal: Any) -> None:
        self.sealed("contact_published", text=bodies.Contacts(contacts=(CONTACT,)))
        opened = (self.told["message_posted"].header["id"],)
        self.sealed("reading_confirmed", text=bodies.Reading(received=14, opened=opened))
        self.sealed("directory_sent", text=bodies.Directory(participants={"PL": (CONTACT,)}))
        for kind, example in self.told.items():
            for slip in example.header["parts"]:
                if slip["p"] == "text" and "text" not in example.bodies:
                    self.sealed(kind, text=WORDS)
                if slip["p"] == "nominal":
                    self.sealed(kind, nominal=nominal)
