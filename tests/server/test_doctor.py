"""The doctor says what is not well with a hub, and what to do."""

import os
import resource
import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest

from tests.server.typed import typed
from tests.system.certificates import certify
from vocu_server.doctor.backups import backups
from vocu_server.doctor.certificate import certificate
from vocu_server.doctor.clock import clock
from vocu_server.doctor.disk import disk, kind_of
from vocu_server.doctor.examination import examine
from vocu_server.doctor.finding import Finding
from vocu_server.doctor.permissions import permissions
from vocu_server.keeping.record import Newest
from vocu_server.serving import take_all_open_files
from vocu_server.settings import HubFolder, Settings, read_settings

NOW = 1_795_000_000_000
HOUR = 3600 * 1000


@pytest.fixture(scope="module")
def new_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "hub"
    assert typed("init", folder, "--port", "0").exit_code == 0
    return folder


@pytest.fixture
def folder(new_hub: Path, tmp_path: Path) -> Path:
    """A hub in which nothing has happened yet."""
    return Path(shutil.copytree(new_hub, tmp_path / "hub"))


def of(found: list[Finding], name: str) -> dict[str, str]:
    return {finding.says: finding.state for finding in found if finding.of == name}


def test_a_new_hub_is_well_but_for_its_backup(folder: Path) -> None:
    found = list(examine(folder, NOW, deep=True))
    assert [each.of for each in found if each.state == "bad"] == []
    assert of(found, "backup") == {"none was ever made here": "warn"}
    assert {"settings", "disk", "database", "files", "log", "clock", "address", "open files"} <= {x.of for x in found}


def test_the_exit_code_is_that_of_the_worst(folder: Path) -> None:
    assert typed("doctor", folder).exit_code == 1
    (folder / "data" / "hub.seed").chmod(0o644)
    examined = typed("doctor", folder, "--json")
    assert examined.exit_code == 2
    worst = [each for each in msgspec.json.decode(examined.stdout) if each["state"] == "bad"]
    assert [(each["of"], each["do"].split()[0]) for each in worst] == [("permissions", "chmod")]


def test_settings_that_cannot_be_read_are_all_that_is_said(folder: Path) -> None:
    (folder / "hub.toml").write_text("prot = 1\n")
    (found,) = examine(folder, NOW)
    assert (found.of, found.state) == ("settings", "bad")
    assert "prot" in found.says


def test_a_database_of_another_schema_is_sent_to_the_upgrade(folder: Path) -> None:
    database = sqlite3.connect(folder / "data" / "hub.sqlite")
    with database:
        database.execute("UPDATE schema SET version = 1")
    database.close()
    found = of(list(examine(folder, NOW)), "database")
    assert [state for says, state in found.items() if says.startswith("schema 1")] == ["bad"]


def test_a_database_that_is_none_is_said(folder: Path) -> None:
    (folder / "data" / "hub.sqlite").write_bytes(b"no database" * 1000)
    found = list(examine(folder, NOW))
    assert "bad" in of(found, "database").values()
    assert of(found, "disk")


def test_a_certificate_is_looked_at_as_a_desk_does(tmp_path: Path) -> None:
    pem, key = certify(tmp_path, "hub")
    settings = Settings(host="localhost", tls_certificate=pem.name, tls_key=key.name)
    issuer = list(certificate(HubFolder(settings, tmp_path), 0))
    assert [each.state for each in issuer] == ["bad", "warn"]
    assert "not valid yet" in issuer[0].says
    other, _ = certify(tmp_path, "other")
    wrong = msgspec.structs.replace(settings, tls_certificate=other.name)
    (unfit,) = certificate(HubFolder(wrong, tmp_path), NOW)
    assert (unfit.state, "do not work together" in unfit.says) == ("bad", True)


def test_a_certificate_that_a_desk_trusts_and_that_names_another_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = certify(tmp_path, "hub")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    for host, states in (("localhost", "ok"), ("192.0.2.1", "bad")):
        settings = Settings(host=host, tls_certificate=pem.name, tls_key=key.name)
        *_, seen = certificate(HubFolder(settings, tmp_path), NOW)
        assert (seen.state, host in (seen.do or seen.says)) == (states, True), seen


@pytest.mark.parametrize(("hours", "state"), [(1, "ok"), (30, "warn"), (300, "bad")])
def test_a_backup_grows_old(folder: Path, hours: int, state: str) -> None:
    hub = read_settings(folder)
    place = folder / "a.vocu-backup"
    place.write_bytes(b"12345")
    Newest(made=NOW - hours * HOUR, path=str(place), size=5, sha256="", key="k").write(hub)
    (found,) = backups(hub, NOW)
    assert found.state == state


def test_a_backup_that_is_gone_is_noticed(folder: Path) -> None:
    hub = read_settings(folder)
    Newest(made=NOW, path=str(folder / "gone"), size=5, sha256="", key="k").write(hub)
    (found,) = backups(hub, NOW)
    assert (found.state, "gone" in found.says) == ("bad", True)


def test_a_clock_behind_the_log_is_said(folder: Path) -> None:
    hub = read_settings(folder)
    assert "bad" not in [each.state for each in clock(hub, NOW, NOW)]
    assert next(clock(hub, NOW, NOW + HOUR)).state == "bad"


def test_a_disk_that_forgets_is_said(folder: Path) -> None:
    shm = Path("/dev/shm")
    if kind_of(shm) != "tmpfs":
        pytest.skip("no tmpfs at /dev/shm")
    assert "bad" in [each.state for each in disk(HubFolder(Settings(data_dir=str(shm)), folder))]


def test_a_key_of_root_s_may_be_read_by_the_hub_s_group_and_by_nobody_else(folder: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has files of root's")
    (tmp_path / "hub.key").write_text("a key")
    for path in (folder / "data", *(folder / "data").iterdir()):
        os.chown(path, 65534, -1)
    hub = HubFolder(Settings(tls_certificate="hub.crt", tls_key=str(tmp_path / "hub.key")), folder)
    for mode, states in ((0o640, ["ok"]), (0o660, ["bad"]), (0o644, ["bad"])):
        (tmp_path / "hub.key").chmod(mode)
        assert [each.state for each in permissions(hub)] == states, oct(mode)
    (tmp_path / "hub.key").chmod(0o640)
    (folder / "data" / "hub.seed").chmod(0o640)
    assert [each.state for each in permissions(hub)] == ["bad"]


def test_a_hub_takes_all_the_open_files_that_it_may_have(folder: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, before[1]), before[1]))
        assert of(list(examine(folder, NOW)), "open files").keys() == {f"{before[1]} at most, in this shell"}
        take_all_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
