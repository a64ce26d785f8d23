"""How verifying, backups and restoring read files and put them back."""

import hashlib
import secrets

import pytest

from tests.server.attachments.hub_files import NOW, OP, HubFiles
from vocu.errors import MalformedError
from vocu_server.store.attachments import proving


async def test_a_backup_reads_parts_and_puts_them_back_under_the_name_that_the_database_has(files: HubFiles) -> None:
    data = secrets.token_bytes(300_000)
    sha256 = await files.take(data)
    assert files.database.read_now(lambda c: proving.read(files.place, c, OP, sha256)) == data
    (stored,) = files.place.stored()
    assert proving.is_whole(files.place, stored.key) == len(data)
    files.place.erase(stored.key)
    assert proving.is_whole(files.place, stored.key) is None
    files.database.write_now(lambda c: proving.put_back(files.place, c, OP, sha256, data, NOW))
    assert [each.key for each in files.place.stored()] == [stored.key]
    assert await files.read(OP, sha256) == data
    other = hashlib.sha256(b"unknown").hexdigest()
    files.database.write_now(lambda c: proving.put_back(files.place, c, OP, other, b"unknown", NOW))
    assert await files.has(OP, other, 7)
    with pytest.raises(MalformedError, match="bad-parts"):
        files.database.write_now(lambda c: proving.put_back(files.place, c, OP, other, b"bent", NOW))
