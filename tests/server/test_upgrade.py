"""`vocu-hub upgrade`: a backup, the new schema, a look at everything; and what the audit log keeps of it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.server.test_migrations import change, leave_old
from tests.server.typed import typed
from vocu.crypto.keys import COMPOSITE_SEED_SIZE, SEED_SIZE
from vocu.crypto.restoring import SEED_SIZE as BACKUP_SEED_SIZE
from vocu.crypto.restoring import RestoringKey
from vocu.crypto.stretching import DEMO, SALT_SIZE
from vocu_server.settings import read_settings
from vocu_server.store.migrations import SCHEMA_VERSION, version

KEY = RestoringKey.from_seed(bytes(range(BACKUP_SEED_SIZE)))
UPGRADED = f"schema 1, now {SCHEMA_VERSION}"


@pytest.fixture
def folder(tmp_path: Path, database: str | None) -> Path:
    """A hub that vocu of schema 1 has left: its settings, its keys, its database. Of its large part only the row."""
    data = tmp_path / "hub" / "data"
    data.mkdir(parents=True, mode=0o700)
    for name, size in (("hub.seed", COMPOSITE_SEED_SIZE), ("compiler.seed", SEED_SIZE)):
        (data / name).touch(0o600)
        (data / name).write_bytes(hashlib.shake_256(name.encode()).digest(size))
    settings = 'port = 0\naudit_file = "audit.log"\n'
    (tmp_path / "hub" / "hub.toml").write_text(settings + (f'database = "{database}"\n' if database else ""))
    leave_old(read_settings(tmp_path / "hub").database)
    return tmp_path / "hub"


@pytest.fixture
def key(tmp_path: Path) -> tuple[str | Path, ...]:
    """The options that name the private half of KEY; the public half is at key.public."""
    (tmp_path / "key.public").write_bytes(KEY.public.to_file())
    (tmp_path / "key.private").write_bytes(KEY.to_file("words", salt=bytes(SALT_SIZE), cost=DEMO))
    (tmp_path / "words").write_text("words\n")
    return ("--key", tmp_path / "key.private", "--passphrase-file", tmp_path / "words")


def audited(folder: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "audit.log").read_text().splitlines()]
    return [{name: line[name] for name in line if name not in {"at", "run", "n"}} for line in lines]


def test_an_upgrade_begins_with_a_backup_and_ends_with_the_doctor(
    folder: Path, tmp_path: Path, key: tuple[str | Path, ...]
) -> None:
    database = read_settings(folder).database
    assert "upgrade" in typed("doctor", folder).stdout
    alone = typed("upgrade", folder)
    assert (alone.exit_code, "no-backup" in alone.stderr, change(database, version)) == (1, True, 1)
    upgrade = ("upgrade", folder, "--to", tmp_path / "before", "--key", tmp_path / "key.public")
    done = typed(*upgrade)
    assert f"backup {tmp_path / 'before'}; 1 large parts were missing on this hub before\n{UPGRADED}\n" in done.stdout
    assert f"ok    database: schema {SCHEMA_VERSION}\n" in done.stdout
    bad = [line for line in done.stdout.splitlines() if line.startswith("bad")]
    assert [line for line in bad if "may lose what it confirmed" not in line] == []  # the tests' PostgreSQL is in haste
    again = typed("upgrade", folder, "--backed-up")
    assert f"schema {SCHEMA_VERSION} already" in again.stdout
    assert audited(folder) == [{"event": "upgraded", "before": 1, "now": SCHEMA_VERSION}]

    (tmp_path / "settings").write_text("port = 0\n")
    restored = typed("restore", tmp_path / "before", tmp_path / "again", *key, "--settings", tmp_path / "settings")
    assert restored.exit_code == 0, restored.stderr
    assert (
        typed("status", tmp_path / "again").stdout.splitlines()[1:] == typed("status", folder).stdout.splitlines()[1:]
    )
    assert f"ok    database: schema {SCHEMA_VERSION}\n" in typed("doctor", tmp_path / "again", "--deep").stdout


def test_an_upgrade_without_a_backup_that_comes_about_changes_nothing(
    folder: Path, tmp_path: Path, key: tuple[str | Path, ...]
) -> None:
    (tmp_path / "before").write_text("somebody's")
    done = typed("upgrade", folder, "--to", tmp_path / "before", "--key", tmp_path / "key.public")
    assert (done.exit_code, "file-exists" in done.stderr) == (1, True)
    assert change(read_settings(folder).database, version) == 1
    assert not (folder / "audit.log").exists()


def test_what_verification_found_is_on_record(folder: Path) -> None:
    typed("upgrade", folder, "--backed-up")
    damaged = typed("verify", folder)
    assert (damaged.exit_code, "damaged-part" in damaged.stderr) == (2, True)
    change(read_settings(folder).database, lambda connection: connection.exec_driver_sql("DELETE FROM large_part"))
    assert typed("verify", folder).exit_code == 0
    assert audited(folder)[1:] == [{"event": "verified", "code": "damaged-part"}, {"event": "verified"}]
