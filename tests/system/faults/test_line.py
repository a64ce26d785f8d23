"""Packets that are lost, delayed and doubled: everything that was written arrives once and in order."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.faults.conftest import needs, needs_root
from tests.system.faults.rough_line import LOSS

SECONDS = 60 if os.environ.get("VOCU_FULL") else 4


@pytest.fixture
def namespace() -> Iterator[str]:
    """The name of a network of its own, with nothing but loopback."""
    name = f"vocu-{secrets.token_hex(4)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    asked = ["ip", "netns", "exec", name, "nft", "--check", "-f", "-"]
    try:
        if subprocess.run(asked, input=LOSS, text=True, check=False).returncode:
            pytest.skip("the kernel of this machine cannot lose and double packets")
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


@needs_root
@needs("ip")
@needs("nft")
@pytest.mark.timeout(400)
def test_over_a_rough_line_everything_arrives_once_and_in_order(namespace: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, sys.executable, "-m", "tests.system.faults.rough_line",
         str(tmp_path), str(SECONDS)],
        capture_output=True, text=True, check=False, timeout=390, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
