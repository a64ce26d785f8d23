"""Argon2id, which guards the key files: RFC 9106's case and others."""

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.shared import shared_file

VECTOR_FILES = ["argon2/argon2id.txt"]


def cases() -> list[dict[str, str]]:
    blocks = shared_file("vectors/argon2/argon2id.txt").read_text().split("COUNT = ")[1:]
    lines = [[line for line in block.splitlines() if " =" in line] for block in blocks]
    return [{name.strip(): value.strip() for name, value in (line.split("=", 1) for line in some)} for some in lines]


def test_every_password_gives_its_key() -> None:
    found = cases()
    assert len(found) >= 6
    for case in found:
        secret, data = (bytes.fromhex(case.get(name, "")) or None for name in ("secret", "ad"))
        argon2 = Argon2id(
            salt=bytes.fromhex(case["salt"]),
            length=int(case["length"]),
            iterations=int(case["iter"]),
            lanes=int(case["lanes"]),
            memory_cost=int(case["memcost"]),
            secret=secret,
            ad=data,
        )
        assert argon2.derive(bytes.fromhex(case["pass"])).hex() == case["output"]
