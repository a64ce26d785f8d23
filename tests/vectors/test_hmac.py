"""HMAC-SHA-256, which ties a join request to its invitation: Wycheproof."""

import hmac

from tests.vectors.wycheproof import cases, unhex

VECTOR_FILES = ["wycheproof/hmac_sha256_test.json"]


def test_every_tag_gets_its_verdict() -> None:
    wrong, counted = [], 0
    for group, case in cases("wycheproof/hmac_sha256_test.json"):
        key, message, tag = unhex(case, "key", "msg", "tag")
        valid = hmac.compare_digest(hmac.digest(key, message, "sha256")[: group["tagSize"] // 8], tag)
        counted += 1
        if valid != (case["result"] == "valid"):
            wrong.append(case["tcId"])
    assert counted >= 174
    assert wrong == []
