"""The keys that a desk holds, each file wrapped by a passphrase (Argon2id)."""

import secrets
from pathlib import Path

import msgspec
from msgspec import Struct

from vocu.canonical import b64, decode, encode, unb64
from vocu.crypto.keys import RootSigningKey, SigningKey
from vocu.crypto.opening import OpeningKey
from vocu.crypto.passwords import DEFAULT, Argon2Cost, lock, unlock
from vocu.errors import RefusedError
from vocu.ids import device_id
from vocu.operation.composing import Author
from vocu.operation.statements import DeviceCard
from vocu_client.settings import write_private


class _Seeds(Struct, frozen=True, forbid_unknown_fields=True):
    master: str
    seal: str
    sign: str


_seeds: msgspec.json.Decoder[_Seeds] = msgspec.json.Decoder(_Seeds)


class DeskKeys:
    """A device's own keys: to sign, to open, and for what it keeps on its own disk."""

    def __init__(self, sign: bytes, seal: bytes, master: bytes) -> None:
        self.sign = SigningKey.from_seed(sign)
        self.opening = OpeningKey.from_seed(seal)
        self.master = master
        self._file = encode(_Seeds(b64(master), b64(seal), b64(sign)))

    @classmethod
    def generate(cls) -> "DeskKeys":
        return cls(secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(32))

    @classmethod
    def load(cls, path: Path, passphrase: str) -> "DeskKeys":
        """Raises RefusedError where the passphrase is wrong, MalformedError where the file is damaged."""
        seeds = decode(unlock(read_key_file(path), passphrase), _seeds)
        return cls(unb64(seeds.sign, 32), unb64(seeds.seal, 32), unb64(seeds.master, 32))

    def save(self, path: Path, passphrase: str, cost: Argon2Cost = DEFAULT) -> None:
        save_secret(path, self._file, passphrase, cost)

    @property
    def author(self) -> Author:
        return Author(device_id(self.sign.public.data, self.opening.public.data), self.sign)

    def card(self, name: str) -> DeviceCard:
        """What this device shows of itself."""
        return DeviceCard(name=name, sign=b64(self.sign.public.data), seal=b64(self.opening.public.data))


def save_secret(path: Path, secret: bytes, passphrase: str, cost: Argon2Cost) -> None:
    """Write a key file of its own, for a country key or a root key."""
    write_private(path, lock(secret, passphrase, salt=secrets.token_bytes(16), cost=cost))


def load_country_key(path: Path, passphrase: str) -> SigningKey:
    return SigningKey.from_seed(unlock(read_key_file(path), passphrase))


def load_root_key(path: Path, passphrase: str) -> RootSigningKey:
    return open_root_key(read_key_file(path), passphrase)


def open_root_key(file: bytes, passphrase: str) -> RootSigningKey:
    """The root key in a file's bytes. Raises RefusedError where the passphrase is wrong, MalformedError otherwise."""
    return RootSigningKey.from_seed(unlock(file, passphrase))


def read_key_file(path: Path) -> bytes:
    """Raises RefusedError where the file is not here."""
    if not path.exists():
        raise RefusedError("no-key-file", f"The key file {path} is not here; bring it, or name where it is.")
    return path.read_bytes()
