"""docs/export.md and docs/protocol.md are enough for another verifier: here is one, which shares no code with ours."""

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.client.exported_logs import exported, lines_of, newsletter, operation, rewritten
from tests.client.replicas import Replicated


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def root_of(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(hashes[:split]) + root_of(hashes[split:])).digest()


def pae(kind: str, body: bytes) -> bytes:
    """What a DSSE signature is over."""
    name = f"application/vnd.vocu.{kind}.v1+json"
    return b"DSSEv1 %d %s %d %s" % (len(name), name.encode(), len(body), body)


def cards_in(entry: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The devices that an entry admits."""
    if entry["index"] == 0:
        yield json.loads(entry["header"])["device"]
    elif json.loads(entry["header"])["type"] in ("participant_admitted", "device_admitted"):
        body = json.loads(entry["clear"]["plain"])["body"]
        yield json.loads(unb64((body.get("device") or body["statement"])["payload"]))["device"]


def device_id(sign: str, seal: str) -> str:
    return b64(sha256(b"vocu/1 device\0" + unb64(sign) + unb64(seal)).digest()[:16])


def verify(path: Path, op: str) -> int:
    """How many events bear their author's signature; AssertionError or InvalidSignature where anything is wrong."""
    raw = lines_of(path)
    first, *entries, last = map(json.loads, raw)
    assert (first["format"], first["op"], last["end"]) == ("vocu-log/1", op, "vocu-log/1")
    assert len(entries) == first["entries"] == last["entries"]
    assert b64(sha256(b"".join(raw[:-1])).digest()) == last["sha256"]
    assert [entry["index"] for entry in entries] == list(range(len(entries)))

    text, _, signatures = last["checkpoint"].rpartition("\n\n")
    origin, size, root = text.split("\n")
    leaves = [unb64(entry["leaf"]) for entry in entries]
    assert (origin, int(size)) == (f"vocu/{op}", len(leaves))
    assert base64.b64decode(root) == root_of([sha256(b"\x00" + leaf).digest() for leaf in leaves])
    genesis = json.loads(entries[0]["header"])
    assert b64(sha256(entries[0]["header"].encode()).digest()) == op
    assert genesis["hub"] == first["hub_key"]
    hub = unb64(first["hub_key"])[:32]
    key_id = sha256(origin.encode() + b"\n\x01" + hub).digest()[:4]
    signed = [base64.b64decode(line.split(" ")[2]) for line in signatures.splitlines()]
    (signature,) = (each[4:] for each in signed if each[:4] == key_id)
    Ed25519PublicKey.from_public_bytes(hub).verify(signature, (text + "\n").encode())

    keys = {device_id(genesis["compiler"], ""): genesis["compiler"]}
    checked = 0
    for entry, leaf in zip(entries, leaves, strict=True):
        if "header" not in entry:
            assert leaf[0] == 2
            continue
        header, signature = entry["header"].encode(), unb64(entry["signature"])
        assert leaf[9:] == sha256(header + signature).digest()
        if entry["index"]:
            content = json.loads(header)
            author = Ed25519PublicKey.from_public_bytes(unb64(keys[content["from"]]))
            author.verify(signature, pae("event", header))
            head = content["head"]
            assert head["n"] == 0 or unb64(head["root"]) == root_of(
                [sha256(b"\x00" + each).digest() for each in leaves[: head["n"]]]
            )
            hashes = {part["p"]: part["sha256"] for part in content["parts"]}
            for name, part in entry.get("clear", {}).items():
                assert b64(sha256(part.encode()).digest()) == hashes[name]
            checked += 1
        keys |= {device_id(card["sign"], card["seal"]): card["sign"] for card in cards_in(entry)}
    return checked


def test_it_comes_to_the_same_verdict(tmp_path: Path) -> None:
    scenario = operation()
    de = Replicated(scenario, "DE", tmp_path)
    newsletter(scenario, de)
    file = exported(de, tmp_path / "log.jsonl.gz")
    assert verify(file, scenario.op) == scenario.hub.tree.size - 1 - 2, "all but the genesis and two bilateral messages"
    place = next(number for number, line in enumerate(lines_of(file)) if b"seizure_reported" in line)
    lines = lines_of(file)
    lines[place] = lines[place].replace(b"TERESPOL", b"DEBREMEN")
    with pytest.raises((AssertionError, InvalidSignature)):
        verify(rewritten(tmp_path / "forged.jsonl", lines), scenario.op)
