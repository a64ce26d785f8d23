"""Letting a newcomer in: the number that was heard is compared, and what he needs to begin with is sent to him."""

from collections.abc import Iterable

from vocu.errors import RefusedError
from vocu.operation import events
from vocu_client.app import Desk
from vocu_client.decisions import Applicant

GROUPS = 8
"""A safety number is spoken and typed in groups of five digits."""
DIGITS = 5


def digits(number: str) -> str:
    """The digits of a safety number, however it was typed."""
    return "".join(sign for sign in number if sign.isdecimal())


def differing(heard: str, shown: str) -> list[int]:
    """Which of the eight groups (from 1) were not heard as they are shown; a group that is missing differs."""
    one, other = digits(heard), digits(shown)
    groups = range(0, GROUPS * DIGITS, DIGITS)
    return [at // DIGITS + 1 for at in groups if one[at : at + DIGITS] != other[at : at + DIGITS]]


def the_applicant(waiting: Iterable[Applicant], ncp: str, heard: str, *, further: bool = False) -> Applicant:
    """The one of this participant who is meant: of several, the one whose number was heard. Raises RefusedError.

    Where none has that number, it is any of them, and the comparison that follows says that they differ.
    """
    found = [each for each in waiting if each.request.ncp == ncp and (each.invitation.role is None) == further]
    if not found:
        raise RefusedError("nobody-waits", f"Nobody from {ncp} waits to be admitted.")
    return next((each for each in found if digits(each.safety_number) == digits(heard)), found[0])


def welcome(desk: Desk, ncp: str) -> str | None:
    """Send a participant that was just admitted the contacts that were published before. Returns the event's id."""
    directory = desk.reading.contacts()
    return desk.actions.send_directory(ncp, directory) if directory else None


def not_welcomed(desk: Desk) -> list[str]:
    """Participants that came in after contacts were published, and were not sent them (the line broke meanwhile)."""
    state = desk.view.state
    since = {
        member.ncp: min(device.admitted for device in member.devices.values())
        for member in state.participants()
        if member.reads_sealed and member.devices
    }
    published, sent = None, dict.fromkeys(since, -1)
    for accepted in desk.view.acts:
        if accepted.act is None:
            continue
        if isinstance(accepted.act.event, events.ContactPublished) and published is None:
            published = accepted.index
        elif isinstance(accepted.act.event, events.DirectorySent):
            sent |= {ncp: accepted.index for ncp in accepted.act.header.to if ncp in since}
    if published is None:
        return []
    return [ncp for ncp, at in since.items() if at > published and sent[ncp] < at]
