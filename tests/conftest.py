"""Workers take files in this order (`--dist loadfile`), those first that last: else all wait at the end for one that is
busy with the last of them."""

from pathlib import Path

import pytest

LASTING = [
    "browser/test_every_page.py",
    "browser/test_imports.py",
    "browser/test_whole_operation.py",
    "browser/test_hostile_words.py",
    "browser/test_team.py",
    "browser/test_reporting.py",
    "browser/test_offline.py",
    "system/test_backup.py",
    "system/test_hub_killed.py",
    "system/test_demo.py",
    "system/cluster/test_load.py",
    "system/test_sealed_stat.py",
    "system/test_watching.py",
    "system/test_bucket.py",
    "system/test_offline.py",
    "system/test_removal.py",
    "system/bad_input/test_burst.py",
    "system/test_difficult_lines.py",
    "system/test_import_at_scale.py",
    "system/faults/test_line.py",
    "client/web/test_requests.py",
    "client/web/test_rights.py",
    "core/operation/test_admission.py",
]
_PLACES = {Path(__file__).parent / name: place for place, name in enumerate(LASTING)}
assert all(path.exists() for path in _PLACES), "a file of this list is no longer there"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _PLACES.get(item.path, len(LASTING)))
