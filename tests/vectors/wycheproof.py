"""Reads files of project Wycheproof (C2SP/wycheproof): groups of cases, each with the result it must have."""

import json
from collections.abc import Iterator
from typing import Any

from tests.shared import shared_file

Case = dict[str, Any]


def cases(name: str) -> Iterator[tuple[Case, Case]]:
    """Every (group, case) of a file below `vectors/`. Fails where the file holds none, or not as many as it says."""
    document = json.loads(shared_file(f"vectors/{name}").read_text())
    found = [(group, case) for group in document["testGroups"] for case in group["tests"]]
    assert len(found) == document["numberOfTests"] > 0
    yield from found


def unhex(case: Case, *names: str) -> list[bytes]:
    """The bytes of these fields; nothing for an absent one."""
    return [bytes.fromhex(case.get(name, "")) for name in names]
