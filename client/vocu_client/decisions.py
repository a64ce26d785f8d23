"""What roots and countries decide at a desk: who comes in, who leaves, which phase opens."""

from pathlib import Path
from typing import Literal

import msgspec

from vocu.canonical import b64, unb64
from vocu.crypto.keys import RootSigningKey, SigningKey
from vocu.crypto.signing import PayloadType
from vocu.errors import RefusedError
from vocu.ids import ticket
from vocu.operation import bodies, events
from vocu.operation.statements import (
    Admit,
    AdmitDevice,
    Change,
    Envelope,
    OpenPhase,
    Participant,
    Phase,
    Remove,
    Revoke,
    Role,
    seal_off,
)
from vocu.protocol.joining import JoinRequest, PostedRequest
from vocu_client.actions import Actions
from vocu_client.keyring import load_country_key, load_root_key, open_root_key
from vocu_client.membership import (
    Invitation,
    compare_safety_number,
    new_salt,
    now_ms,
    number_of,
    open_invitation,
    open_request,
    read_invitation,
    write_invitation,
)
from vocu_client.settings import Home, write_private
from vocu_client.store.invitations import Invitations
from vocu_client.transport import HubHTTP
from vocu_client.view import View


class Applicant(msgspec.Struct, frozen=True):
    """A desk that asks to come in: its request, the invitation it answers, the number to compare by telephone."""

    request: JoinRequest
    invitation: Invitation
    safety_number: str
    data: bytes
    ticket: str


class Decisions:
    """Statements of the roots and of the country, made with the key files of this desk's home, or with those named."""

    def __init__(self, home: Home, view: View, actions: Actions, invitations: Invitations, passphrase: str) -> None:
        self._home, self._view, self._actions, self._invitations = home, view, actions, invitations
        self._passphrase = passphrase
        self._roots: list[RootSigningKey] | None = None
        self._country: SigningKey | None = None

    @property
    def has_country_key(self) -> bool:
        """Whether this is the desk that may admit and revoke its country's further desks."""
        return self._home.country_file.exists()

    def open_keys(self, which: Literal["roots", "country"]) -> None:
        """Open the key files for the next decision. That takes a second each: pages have it done in a thread first."""
        if which == "roots":
            self._roots = self._load_roots()
        elif self.has_country_key:
            self._country = load_country_key(self._home.country_file, self._passphrase)

    def close_keys(self) -> None:
        """Keep none of them in memory any longer."""
        self._roots = self._country = None

    @property
    def root_files(self) -> list[Path]:
        """The operation's root key files that are at this desk."""
        return self._home.root_files()

    def bring_root_key(self, file: bytes) -> str:
        """Keep a root key of this operation here, as a file that this desk's passphrase opens. Returns its name.

        Raises RefusedError (wrong-passphrase, no-root-key) or MalformedError. It takes a second, as `open_keys` does.
        """
        keys = self._view.state.roots.keys
        key = b64(open_root_key(file, self._passphrase).public.data)
        if key not in keys:
            raise RefusedError("no-root-key", "This is a root key of another operation; bring one of this operation.")
        path = self._home.path / f"root-{keys.index(key) + 1}.vocu"
        write_private(path, file)
        return path.name

    def take_root_keys_away(self) -> None:
        """Delete the root key files at this desk: copies of them are elsewhere, or nobody decides any more."""
        for path in self.root_files:
            path.unlink()

    def invitations(self) -> list[tuple[str, Invitation]]:
        """The invitations that this desk wrote and nobody has used, with their tickets; those too old are left out."""
        found = [(ticket, open_invitation(file)) for ticket, file in self._invitations.list()]
        return [(ticket, invitation) for ticket, invitation in found if invitation.expires_at >= now_ms()]

    def invitation_file(self, ticket: str) -> bytes:
        """The file of such an invitation, to be given away. Raises RefusedError where there is none."""
        file = self._invitations.find(ticket)
        if file is None:
            raise RefusedError("unknown-id", "There is no such invitation at this desk; it was used or taken back.")
        return file

    def take_back(self, ticket: str) -> None:
        """Listen no more to who answers this invitation."""
        self._invitations.use_up(ticket)

    def invite(self, ncp: str, name: str, role: Role | None) -> bytes:
        """An invitation file for a participant, or with no role for a further desk of this country."""
        settings = self._view.settings
        if role is None and ncp != settings.ncp:
            raise RefusedError("not-your-country", "A country invites its own further desks only.")
        if role is not None and settings.ncp not in self._view.state.organisers:
            raise RefusedError("not-your-role", "Only the organiser invites participants.")
        invitation, file = write_invitation(
            hub=settings.hub, hub_key=settings.hub_key, op=settings.op, ncp=ncp, name=name, role=role, now=now_ms()
        )
        self._invitations.keep(ticket(unb64(invitation.code)), file)
        return file

    async def applicants(self, http: HubHTTP) -> list[Applicant]:
        """Those who answered an invitation that this desk wrote; what else the hub shows is not listened to."""
        found = []
        postings = await http.get(f"/v1/operations/{self._view.settings.op}/join-requests", list[PostedRequest])
        for posting in postings:
            file = self._invitations.find(posting.ticket)
            if file is None:
                continue
            invitation = read_invitation(file)
            data, opened = open_request(posting, invitation)
            number = number_of(data, self._view.state.genesis, self._view.settings.op)
            found.append(Applicant(opened, invitation, number, data, posting.ticket))
        return found

    def admit(self, applicant: Applicant, safety_number: str, *, replace: bool = False) -> str:
        """Admit a participant, or a further desk of this country, whose safety number was read out as this."""
        settings = self._view.settings
        compare_safety_number(safety_number, applicant.data, self._view.state.genesis, settings.op)
        request, invitation = applicant.request, applicant.invitation
        event: events.Event
        if invitation.role is None:
            admission = AdmitDevice(op=settings.op, salt=new_salt(), ncp=settings.ncp, device=request.device)
            event = events.DeviceAdmitted(plain=bodies.Carried(statement=self._by_country(admission)))
        else:
            if request.statement is None or request.country_key is None:
                raise RefusedError("bad-request", "This request lacks the country's key; ask for a new one.")
            newcomer = Participant(ncp=request.ncp, name=invitation.name, role=invitation.role, key=request.country_key)
            admit = Admit(op=settings.op, salt=new_salt(), participant=newcomer, replace=replace)
            plain = bodies.Admission(statement=self._by_roots(admit), device=request.statement)
            event = events.ParticipantAdmitted(plain=plain)
        event_id = self._actions.carry(event)
        self._invitations.use_up(applicant.ticket)
        return event_id

    def change(self, ncp: str, *, name: str, role: Role) -> str:
        """Change a participant's name or role."""
        member = self._view.state.members.get(ncp)
        if member is None or member.key is None:
            raise RefusedError("unknown-participant", f"{ncp} does not take part in this operation.")
        changed = Participant(ncp=ncp, name=name, role=role, key=b64(member.key.data))
        statement = Change(op=self._view.settings.op, salt=new_salt(), participant=changed)
        return self._actions.carry(events.ParticipantChanged(plain=bodies.Carried(statement=self._by_roots(statement))))

    def remove(self, ncp: str) -> str:
        """Remove a participant with all its desks."""
        statement = Remove(op=self._view.settings.op, salt=new_salt(), ncp=ncp)
        return self._actions.carry(events.ParticipantRemoved(plain=bodies.Carried(statement=self._by_roots(statement))))

    def revoke(self, device: str) -> str:
        """Revoke a desk: one's own country's with the country key, another's with the roots."""
        known = self._view.state.devices.get(device)
        statement = Revoke(op=self._view.settings.op, salt=new_salt(), device=device)
        own = known is not None and known.ncp == self._view.settings.ncp and self.has_country_key
        envelope = self._by_country(statement) if own else self._by_roots(statement)
        return self._actions.carry(events.DeviceRevoked(plain=bodies.Carried(statement=envelope)))

    def open_phase(self, phase: Phase) -> str:
        """Open the next phase."""
        statement = OpenPhase(op=self._view.settings.op, salt=new_salt(), phase=phase)
        return self._actions.carry(events.PhaseOpened(plain=bodies.Carried(statement=self._by_roots(statement))))

    def _by_roots(self, statement: Admit | Change | Remove | Revoke | OpenPhase) -> Envelope:
        return seal_off(PayloadType.ROOT, statement, self._roots or self._load_roots())

    def _by_country(self, statement: AdmitDevice | Revoke) -> Envelope:
        key = self._country or load_country_key(self._home.country_file, self._passphrase)
        return seal_off(PayloadType.COUNTRY, statement, [key])

    def _load_roots(self) -> list[RootSigningKey]:
        files = self.root_files
        if not files:
            raise RefusedError(
                "no-root-key",
                f"This takes the operation's root keys; put their files (root-*.vocu) into {self._home.path}.",
            )
        return [load_root_key(path, self._passphrase) for path in files]
