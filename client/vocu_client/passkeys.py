"""Passkeys (W3C Web Authentication Level 3): the officer's device signs a challenge; its key never leaves it."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import webauthn
from msgspec.structs import replace
from webauthn.helpers import options_to_json, parse_client_data_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from vocu.canonical import b64, unb64
from vocu.errors import RefusedError
from vocu_client.store.accounts import Account, Accounts, Passkey

CHALLENGE_MS = 5 * 60 * 1000
MOST_CHALLENGES = 1000
MOST_PASSKEYS = 10
_NOT_A_RESPONSE = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)
"""What the library raises at responses that are none: its own errors, and others where the nesting is odd."""


class Passkeys:
    """Registering and checking. `address` is always scheme, host and port of the desk's pages, exactly."""

    def __init__(self, accounts: Accounts, now: Callable[[], int]) -> None:
        self._accounts = accounts
        self._now = now
        self._challenges: OrderedDict[bytes, tuple[str, int]] = OrderedDict()

    @staticmethod
    def possible(address: str) -> bool:
        """Whether browsers allow passkeys there: at the name of a host, never at an IP address; over TLS or locally."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return parts.scheme == "https" or host == "localhost"
        return False

    def registration(self, account: Account, address: str) -> str:
        """What `navigator.credentials.create` is given, as JSON."""
        there = self._accounts.passkeys_of(account.id)
        if len(there) >= MOST_PASSKEYS:
            raise RefusedError(
                "too-many-passkeys", f"An account has at most {MOST_PASSKEYS} passkeys; remove one first."
            )
        return options_to_json(
            webauthn.generate_registration_options(
                rp_id=_host(address),
                rp_name="vocu",
                user_id=account.id.encode(),
                user_name=account.id,
                user_display_name=account.name,
                challenge=self._challenge(account.id),
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[PublicKeyCredentialDescriptor(id=unb64(passkey.id)) for passkey in there],
            )
        )

    def register(self, account: Account, address: str, response: str, label: str) -> Passkey:
        """Keep the passkey that answered a registration. Raises RefusedError (passkey-refused)."""
        try:
            credential = parse_registration_credential_json(response)
            verified = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=self._issued(credential.response.client_data_json, account.id),
                expected_rp_id=_host(address),
                expected_origin=address,
                require_user_verification=True,
            )
        except _NOT_A_RESPONSE:
            raise _refused() from None
        if self._accounts.passkey(verified.credential_id) is not None:
            raise _refused()
        passkey = Passkey(
            id=b64(verified.credential_id),
            officer=account.id,
            public_key=b64(verified.credential_public_key),
            sign_count=verified.sign_count,
            label=" ".join(label.split())[:60],
            added_at=self._now(),
        )
        self._accounts.keep_passkey(verified.credential_id, passkey)
        return passkey

    def login(self, address: str) -> str:
        """What `navigator.credentials.get` is given, as JSON; it names nobody, the passkey says who it is."""
        return options_to_json(
            webauthn.generate_authentication_options(
                rp_id=_host(address),
                challenge=self._challenge(""),
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def check(self, address: str, response: str) -> str:
        """The officer whose passkey answered a login. Raises RefusedError (passkey-refused)."""
        try:
            credential = parse_authentication_credential_json(response)
            passkey = self._accounts.passkey(credential.raw_id)
            if passkey is None:
                raise _refused()
            verified = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=self._issued(credential.response.client_data_json, ""),
                expected_rp_id=_host(address),
                expected_origin=address,
                credential_public_key=unb64(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except _NOT_A_RESPONSE:
            raise _refused() from None
        self._accounts.keep_passkey(credential.raw_id, replace(passkey, sign_count=verified.new_sign_count))
        return passkey.officer

    def _challenge(self, purpose: str) -> bytes:
        """A new challenge, good once; `purpose`: the officer who registers, empty for a login."""
        challenge = secrets.token_bytes(32)
        self._challenges[challenge] = (purpose, self._now() + CHALLENGE_MS)
        while len(self._challenges) > MOST_CHALLENGES:
            self._challenges.popitem(last=False)
        return challenge

    def _issued(self, client_data: bytes, purpose: str) -> bytes:
        """The challenge that this answers; it is used up."""
        challenge = parse_client_data_json(client_data).challenge
        meant, until = self._challenges.pop(challenge, (None, 0))
        if meant != purpose or self._now() > until:
            raise _refused()
        return challenge


def _host(address: str) -> str:
    if not Passkeys.possible(address):
        raise RefusedError(
            "no-passkeys-here", "Passkeys work only where this desk is reached over TLS by a host name; use a password."
        )
    return urlsplit(address).hostname or ""


def _refused() -> RefusedError:
    return RefusedError("passkey-refused", "This passkey was not accepted; try again, or log in with your password.")
