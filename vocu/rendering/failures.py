"""What went wrong and what to do, in one general sentence for each error code, for readers of another language than
English: an error's own message is English and says it more exactly."""

from functools import cache
from typing import Final

from vocu.errors import MalformedError, RefusedError, SealedError, UntrustedError, VocuError

FAMILIES: Final[dict[type[VocuError], str]] = {
    UntrustedError: "The hub showed something that an honest hub never shows. Stop, rely on nothing that came after "
    "it, and call the organiser.",
    SealedError: "This cannot be opened at this desk.",
    MalformedError: "Something here is not as it should be. Correct it and try again.",
    RefusedError: "This is not possible now. The details say why.",
    VocuError: "Something failed on this computer or on the line. Try again; if it stays, ask who looks after it.",
}
"""For codes that are not listed below. The first that fits counts."""

SAID: Final[dict[str, str]] = {
    # entering things
    "The form cannot be accepted as it is filled in. Correct the fields that are marked.": "bad-form",
    "A value is missing or is not of the kind that belongs there. Correct it.":
        "bad-value bad-size bad-base64 bad-quantity bad-check unknown-code bad-filter bad-proxy",
    "This date is not on the calendar or cannot be right. Enter it again.": "bad-day bad-time",
    "There is nothing to send yet. Write something first.": "empty-text",
    "This text is too long. Shorten it.": "too-long bad-name",
    "There is no such time zone.": "unknown-zone",
    "There is no such phase of an operation.": "unknown-phase phase-order",
    "No operation can be founded on this. Correct what is listed.": "bad-plan",
    "What was received does not have the form that the protocol prescribes. Try again; if it stays, tell who runs the "
    "hub.": "not-json not-canonical bad-answer bad-checkpoint-text bad-envelope bad-frame bad-id bad-leaf bad-note "
        "bad-parts bad-statement header-too-large missing-part missing-ref unexpected-part unexpected-ref unknown-kind "
        "wrong-session frame-too-large bad-address bad-epoch nothing-to-grant bad-part-size body-too-large incomplete "
        "bad-media bad-request "
        "must-be-clear must-be-direct must-be-sealed must-be-to-all one-reader beyond-log unknown-part part-missing "
        "part-too-large",
    "What was written for sending cannot be sent. Write it anew.": "bad-draft blob-in-use",
    "Too few characters of the id were typed, or it is not the id of anything here.":
        "short-id ambiguous-id unknown-id unknown-ref",
    # files
    "This cannot be made into a file of that form. Choose another form.": "cannot-typeset",
    "This file cannot be read. Check that it is the right one and try again.":
        "bad-file bad-catalogue bad-picture file-lost no-such-file",
    "This file is empty. Attach the one that you meant.": "empty-file file-empty",
    "This file is too large. Split or compress it.":
        "file-too-large piece-too-large too-many-files picture-too-large form-too-large",
    "The upload broke off. It goes on from where it stopped.": "wrong-offset",
    "There is such a file or folder already. Choose another name.": "file-exists folder-in-use",
    # tables that are imported
    "This table cannot be imported as it is. Correct the rows that are listed.":
        "bad-cell bad-json bad-table nothing-to-report rows-refused bad-where",
    "The mapping that says what the columns mean cannot be used. Correct what is listed.": "bad-mapping no-mapping",
    "These are not results that vocu exported, or not all of them.": "bad-results bad-edition",
    "This template was changed where it must not be, or is of another operation. Copy the rows into a new one.":
        "bad-template other-operation",
    "There is no such import at this desk.": "unknown-import",
    "This profile cannot be used. Correct what is listed.": "bad-profile unknown-profile",
    # the exported log
    "This is not a whole log as vocu exports it. Get the file again.":
        "not-a-log bad-line bad-gzip gzip-bomb line-too-long log-truncated after-the-end",
    "This file was changed after it was written. Do not rely on it.": "log-altered log-out-of-order",
    "These figures follow from what is sealed to others. Ask a desk that can read it.": "inputs-sealed",
    "These translations cannot be used. Correct the rows that are listed.": "bad-translations unknown-language",
    # joining and admitting
    "This invitation cannot be used. Ask the organiser for a new one.":
        "bad-invitation invitation-expired invitation-used invitation-answered wrong-invitation bad-token "
        "bad-invitation-code unknown-operation too-many-requests",
    "This desk is not admitted yet, or no longer. Call the organiser.":
        "not-admitted not-admitted-yet not-authenticated",
    "The safety numbers differ: somebody may stand in between. Admit nobody, and call again.": "safety-number",
    "Nobody from there waits to be admitted.": "nobody-waits",
    "This participant or device was admitted before.": "already-admitted device-known id-in-use statement-used",
    "This key cannot be used. A new one has to be made.": "weak-key bad-certificate key-fixed",
    "This participant has as many devices as it may have. Have one revoked first.": "too-many-devices",
    "There is no such participant or device in this operation.": "unknown-participant unknown-device wrong-operation",
    "This device was revoked. It can no longer send anything.": "revoked-device inactive-device",
    "This decision takes more signatures, or keys that are not here.": "too-few-signatures no-root-key",
    "There is a desk, or an operation, of that name already.": "desk-exists operation-exists",
    "An operation has one organiser and one compiler, who cannot be changed.": "role-fixed",
    # keys and passphrases
    "This passphrase does not open the file. Try again.": "wrong-passphrase bad-passphrase",
    "A passphrase is needed.": "empty-passphrase no-passphrase",
    "The key file is missing or damaged. Bring it, or put it back from a copy.": "no-key-file bad-key-file",
    # the desk itself
    "This desk is locked. Give its passphrase first.": "desk-locked",
    "There is no desk here yet. Join an operation, or create one.": "no-desk",
    "This desk has not seen its operation yet. Connect it to the hub once.": "nothing-yet no-epoch",
    "The desk's database is gone. Put it back from a backup, or have the device revoked and join with a new one.":
        "database-lost",
    "This desk was used with another version of vocu. Use that one.": "newer-desk",
    "Another process of this desk is at work. Let it do the work, or stop it first.": "already-running",
    # sending
    "You may not do this in your role, or not for this participant.":
        "not-your-role not-your-country not-your-report not-your-epoch not-addressed sender-not-in-audience "
        "reader-not-in-audience",
    "This is not possible in the present phase of the operation.": "wrong-phase",
    "This is above what the operation may handle, or is no marking. Choose a lower one.":
        "above-ceiling unknown-marking",
    "The log at the sender's desk is not the same as the one here. Compare the newest roots by telephone.":
        "split-view wrong-hub",
    "This operation is not about these goods.": "out-of-scope",
    "None of those addressed has a desk that can read this. Address somebody else.": "no-reader",
    "These are too many readers. Address the whole operation instead.": "too-many-readers",
    "Observers write to the OCU only.": "observer-to-ocu",
    "A report of the same day, place and goods is there already. Amend that one, or say that this is another seizure.":
        "already-reported",
    "This was changed in the meantime. Look at it again, then decide.":
        "stale-revision stale-epoch stale-prev stale-roster not-next wrong-position wrong-readers",
    "This report was withdrawn. Report the seizure anew.": "withdrawn",
    "This report is restricted. Those who may release it are asked first.": "restricted release-first",
    "Controlled deliveries stand in restricted reports only.": "must-be-restricted",
    "This report is not restricted.": "not-restricted",
    "This report does not wait for a confirmation.": "nothing-to-confirm",
    "This newsletter was issued before, or is not the next one.": "already-issued bad-issue reserved-id",
    "There is no newsletter for that day yet.": "no-newsletter",
    "This rule, rate or objective cannot be meant. Correct it.": "bad-rule bad-rate bad-objective",
    "There is nothing new to publish.": "nothing-new",
    "What this is about counts as nothing, because it breaks a rule.": "void",
    "In this operation nobody reports on behalf of a country. Ask the country to report it.": "sealed-on-behalf",
    # mail
    "This cannot be a mail server or mailbox. Correct it.": "bad-mail",
    "The mail server did not take the message. Look at its address, the password and the recipients.": "mail-failed",
    "Mail leaves this machine over TLS only. Choose STARTTLS or TLS for this server.": "mail-in-the-clear",
    "This operation allows notices only. Whole newsletters do not leave the desks by e-mail.": "mail-notice-only",
    "This desk sends no mail.": "no-mail",
    "This cannot be undone and has to be confirmed first.": "not-confirmed",
    "This is being sent, or was delivered already. It cannot be taken back.": "under-way",
    "Your country has sent as much today as the hub takes. Go on tomorrow.": "quota",
    # the hub and the line
    "There is no line to the hub. What is not yet delivered waits in the outbox and is sent by itself.": "offline",
    "The hub failed, or is being stopped. Try again later; if it stays, tell who runs it.":
        "hub-error stopping not-here disk-failed too-many-sockets no-hub not-started desk-gone",
    "The hub's address is not protected by TLS. Ask for its https address.": "no-tls",
    "The network's proxy does not take this name and password. Correct them in the settings of this desk, then connect "
    "again.": "proxy-password",
    "The network's proxy does not let this desk through to the hub. Ask those who look after the network to allow the "
    "hub's name.": "proxy-refused",
    "Something on the way opens encrypted connections, or this computer does not know who vouches for the hub. Nothing "
    "sealed could be read. Ask those who look after the network to exempt the hub's name from TLS inspection.":
        "tls-intercepted untrusted-certificate",
    # sealed
    "This was sealed before this desk joined, or for others only. It cannot be opened here.":
        "before-us not-for-us cannot-open",
    "The content is not at this desk: it was erased, or has yet to be fetched.": "not-here no-such-part",
    # pages
    "There is no such page at this desk.": "no-such-page unknown-choice",
    "This page is from an earlier session. Open it again and repeat what you did.": "stale-page",
    "Your account at this desk does not allow that. Ask a colleague whose account does.": "not-your-right",
    "Say in a few words why you need to see this.": "no-reason",
    "A colleague has taken this. Ask him, or take it over.": "taken-already not-yours",
    "The pages could not be served. The details say why.": "no-port no-server",
    "This draft was sent or thrown away meanwhile.": "draft-gone",
    "The desk itself failed at this. Nothing was lost. Try again, and tell those who look after it.": "desk-fault",
    "Somebody else saved this draft since you opened it. Look at what changed, then save yours.": "draft-changed",
    "This file is not here whole. Send the rest, add it again, or remove it.": "file-gone file-incomplete",
    # officers of one desk
    "These do not go together. Type both again, or ask your administrator.": "wrong-login",
    "There were several wrong tries. Wait a while, then try again.": "wait-first",
    "The two passwords differ. Type the new one twice the same.": "passwords-differ",
    "A password has at least 12 characters. Several words are good.": "bad-password",
    "This passkey was not accepted. Try again, or log in with your password.": "passkey-refused",
    "Passkeys work only where this desk is reached over TLS by a host name. Use a password.": "no-passkeys-here",
    "You have as many passkeys as an account may have. Remove one first.": "too-many-passkeys",
    "This desk has no such account, or it is closed.": "unknown-officer account-closed unknown-role",
    "There is or was an account of that name. Choose another.": "officer-exists",
    "This desk has an administrator already, who can add you.": "founded",
    "A name for logging in has 2 to 32 small letters, digits, dots, dashes or underscores; the other has up to 80 "
    "characters.": "bad-officer-name bad-display-name",
    "This is the last administrator. Make somebody else one first, then try again.": "last-administrator",
    "This desk is used by one officer and has no accounts.": "no-team",
    "At this desk a second officer approves what names persons, vehicles or firms. Ask one.": "needs-approval",
}  # fmt: skip
"""By sentence, the codes that it is said for."""

ALARMS: Final[dict[str, str]] = {
    "The figures do not follow from the log: somebody changed them. Do not rely on them, and call the organiser.":
        "false-figures false-tables wrong-projection",
    "This was changed after it was signed or sealed, or comes from somebody who has no say here. Do not rely on it.":
        "bad-signature tampered-part unknown-key",
    "Data of this desk were changed from outside, or are damaged. Restore them from a backup.":
        "tampered-file damaged-log damaged-part consultations-missing",
    "This is the log of another operation.": "wrong-operation",
    "Somebody opens the line between this desk and the hub. Do not go on; call the organiser.": "tls-intercepted",
    "This is not the hub that the invitation names. Do not go on; call the organiser.": "wrong-hub",
    "The newest key of the operation did not reach this desk as announced. Another one was asked for.": "epoch-fault",
    "Somebody else uses this desk's key, or its folder was put back from an older copy. Have this device revoked now.":
        "not-mine",
    FAMILIES[UntrustedError]:
        "bad-checkpoint bad-proof bad-time broken-receipt double-id false-receipt forked hidden-entry misdelivered "
        "not-authenticated reordered rolled-back split-view stale-hello time-ran-back withheld wrong-genesis "
        "wrong-leaf",
}  # fmt: skip
"""The same for UntrustedError."""


def sentence(error: VocuError) -> str:
    """The general English sentence for an error: of its code, or else of its family."""
    if found := _by_code(isinstance(error, UntrustedError)).get(error.code):
        return found
    return next(said for family, said in FAMILIES.items() if isinstance(error, family))


@cache
def _by_code(alarm: bool) -> dict[str, str]:
    return {code: said for said, codes in (ALARMS if alarm else SAID).items() for code in codes.split()}


def codes_said() -> frozenset[tuple[bool, str]]:
    """Every code that has a sentence of its own, and whether it is an alarm."""
    return frozenset((alarm, code) for alarm in (False, True) for code in _by_code(alarm))
