"""What a clone must not carry, and how long a room may be."""

import re

import pytest

from tests.repository.tracked import PACKAGES, ROOT, tracked_files

# Built from parts, so that this file holds none of them.
REGISTRY_HOST = re.compile(
    "|".join(
        a + re.escape(b) for a, b in [("py", "pi.org"), ("python", "hosted"), ("npm", "js."), ("deb.deb", "ian.org")]
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|farm|home/[a-z][\w-]*)/")
LONGEST_FILE = 400


def occurrences(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in tracked_files()
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_committed_file_names_a_package_registry() -> None:
    assert occurrences(REGISTRY_HOST) == []


def test_no_committed_file_names_a_path_of_one_machine() -> None:
    assert occurrences(MACHINE_PATH) == []


@pytest.mark.parametrize("path", ["/" + "work/main", "see /" + "root/.cache", "file:///" + "home/jo/x"])
def test_a_path_of_one_machine_is_recognised(path: str) -> None:
    assert MACHINE_PATH.search(path + "/")


@pytest.mark.parametrize("path", ["https://example.org/work/", "docs/work/plan", "/var/lib/vocu/", "./root/"])
def test_other_paths_are_left_alone(path: str) -> None:
    assert not MACHINE_PATH.search(path)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_source_file_can_be_read_in_one_sitting(package: str) -> None:
    sources = [path for path in tracked_files(PACKAGES[package]) if path.suffix in {".py", ".js", ".css", ".html"}]
    lengths = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in sources}
    assert sources
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}
