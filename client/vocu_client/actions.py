"""What an officer does: each action is checked, put into the outbox, and sent when there is a line.

An action returns the event's id, which stays the same whatever happens on the way. It raises MalformedError for a form
with faults (all of them listed) and RefusedError for what the rules do not allow, as far as this desk can tell; then
nothing was written.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from vocu.canonical import encode
from vocu.errors import MalformedError, RefusedError
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.form.schema import read
from vocu.form.whole import split
from vocu.ids import newsletter_id
from vocu.operation import bodies, events
from vocu.operation.composing import Draft
from vocu.operation.events import Event
from vocu.operation.handling import require_ceiling
from vocu_client.attachments import Attachment
from vocu_client.posting import OCU, Posting, now


class Actions(Posting):
    """Everything one may post, as one participant's desk."""

    # --- words ---

    def send_message(
        self,
        text: str,
        *,
        to: Iterable[str] = (),
        subject: str | None = None,
        handling: str | None = None,
        in_reply_to: str | None = None,
        files: Iterable[Attachment] = (),
        event_id: str | None = None,
    ) -> str:
        """Words to the whole operation, or sealed to these participants only ("OCU" names the organiser). Who names his
        own country alone writes to its desks, and nobody else can read it."""
        event = events.MessagePosted(text=self._text(text, subject, handling))
        return self._post(event, to=self._participants(to), ref=in_reply_to, files=files, event_id=event_id)

    def announce(
        self,
        text: str,
        *,
        subject: str | None = None,
        handling: str | None = None,
        files: Iterable[Attachment] = (),
        event_id: str | None = None,
    ) -> str:
        """The organiser's word to everybody."""
        event = events.AnnouncementPosted(text=self._text(text, subject, handling))
        return self._post(event, files=files, event_id=event_id)

    def publish_contacts(self, contacts: Iterable[bodies.Contact]) -> str:
        """This participant's persons, replacing what it published before; sealed to the operation."""
        return self._post(events.ContactPublished(text=bodies.Contacts(contacts=tuple(contacts))))

    def send_directory(self, ncp: str, directory: Mapping[str, tuple[bodies.Contact, ...]]) -> str:
        """All contacts to one participant that came in later than they were published."""
        body = bodies.Directory(participants=dict(directory))
        return self._post(events.DirectorySent(text=body), to=(ncp,))

    # --- seizures ---

    def report_seizure(
        self,
        form: dict[str, Any],
        *,
        readers: Iterable[str] = (OCU,),
        restricted: bool = False,
        event_id: str | None = None,
        files: Iterable[Attachment] = (),
    ) -> str:
        """A seizure. `form` is the whole unified form; its nominal part is sealed to the readers and to this country,
        and so are the files.

        `restricted`: the statistical part is sealed to the readers, too. `event_id`: for imports, which make their own.
        """
        stat, nominal = split(self._by_officer(form), self._view.state.added_commodities)
        sealed = self._seal_to(readers, nominal=nominal is not None, stat=restricted, media=True)
        event = events.SeizureReported(stat=stat, nominal=nominal)
        return self._post(event, readers=sealed, event_id=event_id, files=files)

    def amend_seizure(
        self,
        report: str,
        form: dict[str, Any],
        *,
        readers: Iterable[str] = (OCU,),
        files: Iterable[Attachment] = (),
    ) -> str:
        """A new, whole revision of a report; the files are added to those that came before."""
        stat, nominal = split(self._by_officer(form), self._view.state.added_commodities)
        restricted = self._is_restricted(report)
        sealed = self._seal_to(readers, nominal=nominal is not None, stat=restricted, media=True)
        event = events.SeizureAmended(stat=stat, nominal=nominal)
        return self._post(event, ref=report, readers=sealed, files=files)

    def withdraw_seizure(self, report: str, reason: str) -> str:
        """Take a report back. `reason`: a code of the list `withdrawal_reason`."""
        return self._post(events.SeizureWithdrawn(stat=bodies.Withdrawal(reason=reason)), ref=report)

    def release_seizure(self, report: str, form: dict[str, Any]) -> str:
        """Let a restricted report count from now on, with the statistical part of this form."""
        stat, _ = split(form, self._view.state.added_commodities)
        return self._post(events.SeizureReleased(stat=stat), ref=report)

    def confirm_seizure(self, report: str) -> str:
        """Confirm what the OCU entered on this country's behalf, as it stands now."""
        known = self._view.state.reports.get(report)
        confirmation = bodies.Confirmation(revision=known.revision if known is not None else report)
        return self._post(events.SeizureConfirmed(stat=confirmation), ref=report)

    # --- warnings, questions, cross-checks ---

    def issue_warning(
        self,
        form: dict[str, Any],
        text: str | None = None,
        nominal: dict[str, Any] | None = None,
        files: Iterable[Attachment] = (),
        *,
        event_id: str | None = None,
    ) -> str:
        """A suspect movement, to the addressees in the form; words, particulars and files are sealed to them."""
        stat = self._read("warning", self._with_participants(form))
        event = events.WarningIssued(stat=stat, text=self._text(text) if text else None, nominal=self._nominal(nominal))
        return self._post(event, readers=self._to_addressees(form["addressees"]), files=files, event_id=event_id)

    def give_feedback(
        self,
        warning: str,
        form: dict[str, Any],
        text: str | None = None,
        files: Iterable[Attachment] = (),
        *,
        event_id: str | None = None,
    ) -> str:
        """What became of a warning; words and files are sealed to who issued it and to the OCU."""
        event = events.FeedbackGiven(stat=self._read("feedback", form), text=self._text(text) if text else None)
        readers = self._to_addressees((self._asker(warning), OCU))
        return self._post(event, ref=warning, readers=readers, files=files, event_id=event_id)

    def ask(
        self,
        form: dict[str, Any],
        text: str,
        nominal: dict[str, Any] | None = None,
        files: Iterable[Attachment] = (),
        *,
        event_id: str | None = None,
    ) -> str:
        """A question or a request for assistance, its words and files sealed to the addressees in the form."""
        stat = self._read("question", self._with_participants(form))
        event = events.QuestionAsked(stat=stat, text=self._text(text), nominal=self._nominal(nominal))
        return self._post(event, readers=self._to_addressees(form["addressees"]), files=files, event_id=event_id)

    def answer(
        self,
        question: str,
        form: dict[str, Any],
        text: str,
        files: Iterable[Attachment] = (),
        *,
        event_id: str | None = None,
    ) -> str:
        """An answer: to who asked and to the OCU, or to all where it is of common interest."""
        event = events.QuestionAnswered(stat=self._read("answer", form), text=self._text(text))
        to_all = form.get("of_common_interest", False)
        readers = {} if to_all else self._to_addressees((self._asker(question), OCU))
        return self._post(event, ref=question, readers=readers, files=files, event_id=event_id)

    def ask_cross_check(
        self,
        form: dict[str, Any],
        nominal: dict[str, Any],
        readers: Iterable[str] = (OCU,),
        *,
        event_id: str | None = None,
    ) -> str:
        """Particulars to look up, sealed to the readers."""
        event = events.CrossCheckAsked(stat=self._read("cross_check", form), nominal=self._nominal(nominal))
        return self._post(event, readers=self._to_addressees(readers), event_id=event_id)

    def answer_cross_check(
        self,
        asked: str,
        form: dict[str, Any],
        nominal: dict[str, Any] | None = None,
        *,
        event_id: str | None = None,
    ) -> str:
        """Hit or no hit; particulars are sealed to who asked."""
        event = events.CrossCheckAnswered(stat=self._read("cross_check", form), nominal=self._nominal(nominal))
        return self._post(event, ref=asked, readers=self._to_addressees((self._asker(asked),)), event_id=event_id)

    # --- returns, newsletters, erasure ---

    def file_daily_return(self, form: dict[str, Any], text: str | None = None, *, event_id: str | None = None) -> str:
        """What was checked today, or that nothing was found; a sentence goes sealed to the OCU."""
        event = events.DailyReturnFiled(stat=self._read("daily_return", form), text=self._text(text) if text else None)
        return self._post(event, readers=self._to_addressees((OCU,)), event_id=event_id)

    def return_outcome(self, form: dict[str, Any], *, event_id: str | None = None) -> str:
        """What courts and authorities made of it."""
        return self._post(events.OutcomeReturned(stat=self._read("outcome_return", form)), event_id=event_id)

    def file_national_report(
        self,
        form: dict[str, Any],
        words: str | None = None,
        files: Iterable[Attachment] = (),
        *,
        event_id: str | None = None,
    ) -> str:
        """This country's confirmed totals of the whole operation, in place of those that it filed before; its words
        and files are sealed to the OCU."""
        stat = self._read("national_report", form)
        event = events.NationalReportFiled(stat=stat, text=self._text(words) if words else None)
        return self._post(event, readers=self._to_addressees((OCU,)), files=files, event_id=event_id)

    def publish_reference(self, reference: bodies.Reference, *, event_id: str | None = None) -> str:
        """How this operation converts, as the organiser: rules, which replace all that were there, and rates."""
        return self._post(events.ReferencePublished(plain=reference), event_id=event_id)

    def publish_edition(self, edition: bodies.Edition, *, event_id: str | None = None) -> str:
        """The totals of an earlier operation that this one is compared with, as the organiser."""
        return self._post(events.EditionPublished(stat=edition), event_id=event_id)

    def issue_newsletter(
        self, day: str, words: str | None = None, notable: Iterable[str] = (), *, event_id: str | None = None
    ) -> str:
        """Send out that day's compiled newsletter, with the organiser's words. Raises RefusedError if there is none."""
        compiled = self._view.state.compiled.get(day)
        if compiled is None:
            raise RefusedError("no-newsletter", f"No newsletter was compiled for {day}; that happens at the set hour.")
        issued = bodies.Issued(number=compiled.number, notable=tuple(notable) or None)
        event = events.NewsletterIssued(plain=issued, text=self._text(words) if words else None)
        return self._post(event, ref=newsletter_id(self._view.state.op, day), event_id=event_id)

    def erase(self, index: int, parts: Iterable[str]) -> str:
        """Have sealed parts of an entry deleted everywhere; its salted leaf stays in the log."""
        return self._post(events.EntryErased(plain=bodies.Erasure(index=index, parts=tuple(parts))))

    def carry(self, event: Event) -> str:
        """An event that carries statements of roots or of a country."""
        return self._post(event)

    # --- shared ---

    def draft_report(self, form: dict[str, Any], event_id: str, readers: Iterable[str] = (OCU,)) -> Draft:
        """A seizure report that is not queued yet, for imports that queue many at once."""
        return self.draft_of(*split(form, self._view.state.added_commodities), event_id, readers)

    def draft_of(
        self,
        stat: SeizureReport,
        nominal: SeizureNominal | None,
        event_id: str,
        readers: Iterable[str] = (OCU,),
    ) -> Draft:
        """The same, of two parts that the form has accepted before."""
        if self._officer is not None:
            nominal = replace(nominal or SeizureNominal(), officer=self._officer)
        sealed = self._seal_to(readers, nominal=nominal is not None, stat=False)
        return Draft(id=event_id, event=events.SeizureReported(stat=stat, nominal=nominal), ts=now(), readers=sealed)

    def draft_withdrawal(self, report: str, reason: str, event_id: str) -> Draft:
        """A withdrawal that is not queued yet, for the undoing of an import."""
        return Draft(
            id=event_id, event=events.SeizureWithdrawn(stat=bodies.Withdrawal(reason=reason)), ts=now(), ref=report
        )

    def _is_restricted(self, report: str) -> bool:
        item = self._outbox.find(report) if self._waits(report) else None
        if item is not None:
            return "stat" in self._outbox.draft(item).readers
        known = self._view.state.reports.get(report)
        return known is not None and known.restricted

    def _with_participants(self, form: dict[str, Any]) -> dict[str, Any]:
        return {**form, "addressees": list(self._participants(form.get("addressees", ())))}

    def _seal_to(
        self, readers: Iterable[str], *, nominal: bool, stat: bool, media: bool = False
    ) -> dict[str, tuple[str, ...]]:
        names = self._participants(readers)
        return {part: names for part, wanted in (("nominal", nominal), ("stat", stat), ("media", media)) if wanted}

    def _by_officer(self, form: dict[str, Any]) -> dict[str, Any]:
        return form if self._officer is None else {**form, "officer": self._officer}

    def _asker(self, event_id: str) -> str:
        posed = self._view.state.posed.get(event_id)
        if posed is None:
            raise RefusedError("unknown-ref", f"There is nothing to answer with the id {event_id}.")
        return posed.asker

    def _read(self, form: str, value: dict[str, Any]) -> Any:
        return read(form, encode(value), self._view.state.added_commodities)

    def _nominal(self, value: dict[str, Any] | None) -> Any:
        return self._read("seizure_nominal", value) if value else None

    def _text(self, body: str, subject: str | None = None, handling: str | None = None) -> bodies.Text:
        marking = handling or self._view.state.genesis.handling
        require_ceiling(marking, self._view.state.genesis.handling)
        for what, given, most in (("text", body, bodies.MAX_TEXT), ("subject", subject or "", bodies.MAX_SUBJECT)):
            if len(given) > most:
                raise MalformedError(
                    "too-long", f"A {what} has at most {most:,} characters, this one has {len(given):,}; shorten it."
                )
        return bodies.Text(body=body, subject=subject, handling=marking, officer=self._officer)
