"""Every target for a moment: with what it must take, with what was found before, and with changes to the former."""

import contextlib
import os
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.files import FILES
from tests.fuzz.targets import READERS, Target
from vocu.errors import VocuError

CORPUS = Path(__file__).parent / "corpus"
FULL = bool(os.environ.get("VOCU_FULL"))
TARGETS = [*READERS, *FILES]


@cache
def seeds(target: Target) -> list[bytes]:
    """The same in each example: some hold random bytes."""
    return target.seeds()


each_target = pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])


@each_target
def test_what_is_honest_is_taken(target: Target) -> None:
    for seed in seeds(target):
        target.read(seed)


@each_target
@settings(
    max_examples=2000 if FULL else 25,
    derandomize=not FULL,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(random=st.randoms(use_true_random=False))
def test_what_almost_makes_sense_is_taken_or_refused(target: Target, random: Random) -> None:
    changed = random.choice(seeds(target))
    for _ in range(random.randint(1, 3)):
        changed = target.mutate(changed, random)
    with contextlib.suppress(VocuError):
        target.read(changed)


@each_target
def test_what_was_found_once_is_taken_or_refused(target: Target) -> None:
    """`corpus/`: inputs that reached something new, and those that were findings, as hexadecimal digits."""
    for kept in sorted((CORPUS / target.name).glob("*.hex")):
        with contextlib.suppress(VocuError):
            target.read(bytes.fromhex(kept.read_text(encoding="ascii")))


def test_every_corpus_belongs_to_a_target() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} <= {target.name for target in TARGETS}
