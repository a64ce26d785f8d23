"""What is installed: four packages, two commands, the schemas and the licence."""

import re
import subprocess
import sys
import tomllib
import zipfile
from configparser import ConfigParser
from email.parser import HeaderParser
from pathlib import Path

import pytest

from tests.repository.tracked import PACKAGES, ROOT, tracked_files


def imports(package: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that stands elsewhere, so that only what is installed can be imported."""
    command = [sys.executable, "-I", "-c", f"import {package}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built by the installed hatchling alone: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def metadata_file(wheel: zipfile.ZipFile, name: str) -> str:
    (path,) = [path for path in wheel.namelist() if path.endswith(f".dist-info/{name}")]
    return wheel.read(path).decode("utf-8")


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_is_installed(package: str, tmp_path: Path) -> None:
    result = imports(package, tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("folder", ["server", "client", "schemas", "tests", "bench"])
def test_a_folder_of_the_project_is_no_package(folder: str, tmp_path: Path) -> None:
    result = imports(folder, tmp_path)
    assert "ModuleNotFoundError" in result.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_holds_every_committed_file_of_the_package(package: str, wheel: zipfile.ZipFile) -> None:
    committed = {
        f"{package}/{path.relative_to(PACKAGES[package]).as_posix()}" for path in tracked_files(PACKAGES[package])
    }
    assert f"{package}/py.typed" in committed
    assert committed - set(wheel.namelist()) == set()


def test_the_wheel_holds_the_schemas_and_code_lists(wheel: zipfile.ZipFile) -> None:
    folders = {path.rsplit("/", 1)[0] for path in wheel.namelist() if path.endswith(".json")}
    assert {"vocu_schemas/form", "vocu_schemas/codes"} <= folders


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    folders = {path.split("/")[0] for path in wheel.namelist()}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_gives_two_commands(wheel: zipfile.ZipFile) -> None:
    entry_points = ConfigParser()
    entry_points.read_string(metadata_file(wheel, "entry_points.txt"))
    assert set(entry_points["console_scripts"]) == {"vocu", "vocu-hub"}


def test_the_licence_is_the_european_union_public_licence_in_full(wheel: zipfile.ZipFile) -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert re.findall(r"^(\d+)\. [A-Z]", text, re.MULTILINE) == [str(article) for article in range(1, 16)]
    assert text.endswith(
        "All other changes or additions to this Appendix require the production of a new EUPL version.\n"
    )
    assert metadata_file(wheel, "licenses/LICENSE") == text


def test_the_project_says_that_it_is_under_that_licence(wheel: zipfile.ZipFile) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "EUPL-1.2"
    assert HeaderParser().parsestr(metadata_file(wheel, "METADATA"))["License-Expression"] == "EUPL-1.2"
