"""`vocu-hub serve`, changed in exactly one way for a measurement: without checking signatures, or under a profiler.

python -m bench.hub unchecked FOLDER
python -m bench.hub profiled FOLDER     # writes FOLDER/<thread>.prof when it stops
"""

import cProfile
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from vocu.operation import admission


def serve(folder: str) -> None:
    sys.argv = ["vocu_server", folder, "0"]
    runpy.run_module("vocu_server", run_name="__main__", alter_sys=True)


def serve_unchecked(folder: str) -> None:
    admission.verify = lambda *_: None
    serve(folder)


def serve_profiled(folder: str) -> None:
    """Each thread has a profiler of its own: the loop's begins with SIGUSR1, others with the first call they make."""
    profiles = {"loop": _profile()}

    def begin(*_: Any) -> None:
        name = threading.current_thread().name
        profiles[name] = _profile()
        profiles[name].enable()

    threading.setprofile(begin)
    signal.signal(signal.SIGUSR1, lambda *_: profiles["loop"].enable())
    try:
        serve(folder)
    finally:
        profiles["loop"].disable()
        for name, profile in profiles.items():
            profile.dump_stats(Path(folder) / f"{name}.prof")


def _profile() -> cProfile.Profile:
    """Of processor time: waiting for the disk, the network or another thread costs nothing."""
    return cProfile.Profile(time.thread_time)


if __name__ == "__main__":
    {"unchecked": serve_unchecked, "profiled": serve_profiled}[sys.argv[1]](sys.argv[2])
