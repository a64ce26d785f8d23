"""The pins: every installation takes the same bytes, from whatever mirror the machine knows."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository.tracked import ROOT

FILES = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[\w.]+)( ; [^:@]+?)?( --hash=sha256:[0-9a-f]{64})+")


def requirements(file: Path) -> list[str]:
    """The lines of a requirements file, continued lines joined."""
    joined = re.sub(r"\s*\\\n\s*", " ", file.read_text(encoding="utf-8"))
    return [line for line in joined.splitlines() if line.strip()]


def pins() -> dict[str, str]:
    matches = [match for line in requirements(ROOT / "requirements/lock.txt") if (match := PIN.fullmatch(line))]
    return {match["name"]: match["version"] for match in matches}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_requirement_is_one_version_with_its_hashes_and_no_address(file: Path) -> None:
    lines = requirements(file)
    assert lines
    assert [line[:80] for line in lines if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "msgspec>=0.20 --hash=sha256:" + "0" * 64,
        "msgspec==0.20",
        "msgspec==0.20 --hash=md5:" + "0" * 32,
        "msgspec @ https://example.org/msgspec.whl --hash=sha256:" + "0" * 64,
        "--index-url https://example.org/simple",
        "# via vocu",
    ],
)
def test_anything_else_than_a_pin_with_hashes_is_noticed(line: str) -> None:
    assert not PIN.fullmatch(line)


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_every_declared_dependency_is_pinned_within_its_bounds(requirement: Requirement) -> None:
    pinned = pins()
    name = canonicalize_name(requirement.name)
    assert name in pinned, "run 'make lock'"
    assert requirement.specifier.contains(pinned[name], prereleases=True), "run 'make lock'"
