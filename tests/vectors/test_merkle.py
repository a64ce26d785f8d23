"""Proofs of transparency-dev/merkle, the hostile ones included."""

import base64
import json
from typing import Any

from tests.shared import shared_file
from vocu.errors import UntrustedError
from vocu.log.merkle import verify_consistency, verify_inclusion

VECTOR_FILES = ["merkle/proofs.json"]


def verifies(case: dict[str, Any]) -> bool:
    proof = [base64.b64decode(node) for node in case["proof"] or ()]
    try:
        if "size1" in case:
            roots = base64.b64decode(case["root1"] or ""), base64.b64decode(case["root2"] or "")
            verify_consistency(case["size1"], case["size2"], *roots, proof)
        else:
            leaf, root = base64.b64decode(case["leafHash"] or ""), base64.b64decode(case["root"] or "")
            verify_inclusion(case["leafIdx"], case["treeSize"], leaf, proof, root)
    except UntrustedError:
        return False
    return True


def test_every_proof_is_judged_as_its_authors_expect() -> None:
    cases = json.loads(shared_file("vectors/merkle/proofs.json").read_bytes())
    assert len(cases) == 196
    assert sum(not case["wantErr"] for case in cases) >= 10
    assert [case["file"] for case in cases if verifies(case) == case["wantErr"]] == []
