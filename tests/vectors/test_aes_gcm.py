"""AES-GCM, under every part and every wrap: Wycheproof."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.vectors.wycheproof import cases, unhex

VECTOR_FILES = ["wycheproof/aes_gcm_test.json"]

NONCE_BITS = 96  # the only size that HPKE and Cobblestone use


def test_every_ciphertext_under_a_96_bit_nonce_gets_its_verdict() -> None:
    wrong, counted = [], 0
    for group, case in cases("wycheproof/aes_gcm_test.json"):
        if group["ivSize"] != NONCE_BITS:
            continue
        key, nonce, aad, message, ciphertext, tag = unhex(case, "key", "iv", "aad", "msg", "ct", "tag")
        try:
            valid = AESGCM(key).decrypt(nonce, ciphertext + tag, aad) == message
            valid = valid and AESGCM(key).encrypt(nonce, message, aad) == ciphertext + tag
        except InvalidTag:
            valid = False
        counted += 1
        if valid != (case["result"] == "valid"):
            wrong.append(case["tcId"])
    assert counted >= 190
    assert wrong == []
