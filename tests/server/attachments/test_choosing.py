"""Which place the settings choose, and what they may not say."""

from pathlib import Path

import pytest

from tests.server.attachments.hub_files import hub_on, place_at
from vocu.errors import MalformedError, RefusedError
from vocu_server.settings import Settings, check


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"files": "s3://vocu"}, "needs `files_credentials_file`"),
        ({"files": "s3:///hub", "files_credentials_file": "keys"}, "reads s3://bucket/prefix"),
        ({"files": "parts", "files_endpoint": "https://s3.example"}, "go with `files` = s3://"),
        (
            {"files": "s3://vocu", "files_credentials_file": "keys", "files_endpoint": "http://s3.example"},
            "without TLS only on loopback",
        ),
    ],
)
def test_settings_of_a_bucket_that_do_not_fit_are_refused(settings: dict[str, str], sentence: str) -> None:
    with pytest.raises((MalformedError, RefusedError), match=sentence):
        check(Settings(**settings))


def test_a_credentials_file_that_is_not_one_is_named(tmp_path: Path) -> None:
    settings = {"files": "s3://vocu", "files_credentials_file": "keys"}
    with pytest.raises(MalformedError, match="keys cannot be read"):
        place_at(tmp_path, **settings)
    (tmp_path / "keys").write_text("access: 1")
    with pytest.raises(MalformedError, match=r"needs a section \[default\]"):
        place_at(tmp_path, **settings)


async def test_files_may_lie_in_another_folder(tmp_path: Path) -> None:
    with hub_on(place_at(tmp_path, files="shared/parts"), None, tmp_path) as files:
        await files.take(b"elsewhere")
    assert [path.read_bytes() for path in (tmp_path / "shared" / "parts").iterdir()] == [b"elsewhere"]
