import base64
import hashlib
import hmac
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu.crypto.joining import invitation_mac, safety_number, verify_invitation_mac
from vocu.errors import RefusedError

CODE = bytes(range(20))
REQUEST = b'{"ncp":"PL"}'


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_a_request_made_with_the_code_is_accepted() -> None:
    mac = invitation_mac(CODE, REQUEST)
    assert mac == hmac.new(CODE, REQUEST, hashlib.sha256).digest()
    verify_invitation_mac(CODE, REQUEST, mac)


def test_a_request_made_without_the_code_is_refused() -> None:
    mac = invitation_mac(CODE, REQUEST)
    for code, request, claimed in [
        (bytes(20), REQUEST, mac),
        (CODE, REQUEST + b" ", mac),
        (CODE, REQUEST, mac[:-1]),
        (CODE, REQUEST, mac + b"\0"),
        (CODE, REQUEST, b""),
    ]:
        with pytest.raises(RefusedError) as refusal:
            verify_invitation_mac(code, request, claimed)
        assert refusal.value.code == "bad-invitation-code"


def test_a_shortened_code_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="20 bytes"):
        invitation_mac(CODE[:10], REQUEST)


@given(op=st.text(max_size=43), request=st.binary(max_size=50), roots=st.lists(st.binary(max_size=40), max_size=3))
def test_the_safety_number_is_derived_as_documented(op: str, request: bytes, roots: list[bytes]) -> None:
    number = safety_number(op=op, request=request, root_keys=roots)
    assert re.fullmatch(r"\d{5}( \d{5}){7}", number)
    value = {
        "op": op,
        "request": b64(hashlib.sha256(request).digest()),
        "roots": sorted(b64(root) for root in roots),
    }
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert int(number.replace(" ", "")) == int(hashlib.sha512(canonical).hexdigest(), 16) % 10**40


def test_both_ends_read_the_same_number_whatever_the_order_of_the_roots() -> None:
    roots = [b"a" * 1984, b"b" * 1984, b"c" * 1984]
    number = safety_number(op="OP", request=REQUEST, root_keys=roots)
    assert number == safety_number(op="OP", request=REQUEST, root_keys=roots[::-1])
    others = {
        safety_number(op="OP2", request=REQUEST, root_keys=roots),
        safety_number(op="OP", request=REQUEST + b" ", root_keys=roots),
        safety_number(op="OP", request=REQUEST, root_keys=roots[:2]),
    }
    assert len(others | {number}) == 4


def test_a_known_safety_number_does_not_drift() -> None:
    number = safety_number(op="OP", request=REQUEST, root_keys=[b"root"])
    assert number == "75542 24169 98021 71920 04654 21011 40764 68071"
