"""What the tests of operations post again and again, how they alter it, and how they see it refused."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.scenario import Scenario
from vocu.canonical import encode
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import RefusedError, VocuError
from vocu.operation import bodies
from vocu.operation.admission import SignedEvent


def words(body: str = "The lorry left at noon.") -> bodies.Text:
    return bodies.Text(body=body)


def resigned(scenario: Scenario, by: str, signed: SignedEvent, **fields: Any) -> SignedEvent:
    """The event with other fields in its header, as JSON values, signed again by that desk; None takes one out."""
    header = msgspec.json.decode(signed.header) | fields
    data = encode({name: value for name, value in header.items() if value is not None})
    return SignedEvent(data, sign(scenario.desks[by].sign, PayloadType.EVENT, data), signed.parts)


def slips(signed: SignedEvent) -> list[dict[str, Any]]:
    """What its header says of the parts, as JSON values to be altered."""
    found: list[dict[str, Any]] = msgspec.json.decode(signed.header)["parts"]
    return found


def refused(code: str, action: Callable[[], Any], family: type[VocuError] = RefusedError) -> None:
    """The action is refused with this code, by an error of this family and no other."""
    with pytest.raises(VocuError) as caught:
        action()
    assert caught.value.code == code, str(caught.value)
    assert isinstance(caught.value, family)
