"""The hub cannot open what is sealed. import-linter reads the sources; this asks the running program."""

import json
import subprocess
import sys
from pathlib import Path

LOAD_EVERY_MODULE_OF_THE_HUB = """
import importlib, json, pkgutil, sys
import vocu_server
names = [module.name for module in pkgutil.walk_packages(vocu_server.__path__, "vocu_server.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def test_a_hub_with_all_its_modules_loaded_holds_nothing_that_opens_a_seal(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-c", LOAD_EVERY_MODULE_OF_THE_HUB]
    loaded = set(json.loads(subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.PIPE).stdout))
    assert "vocu_server" in loaded
    assert loaded & {"vocu.crypto.opening", "vocu.crypto.passwords", "vocu_client"} == set()
