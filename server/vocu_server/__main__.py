"""`python -m vocu_server FOLDER [PORT]`: what `vocu-hub serve` becomes, a process that holds what serving takes."""

import sys
from pathlib import Path

sys.modules["rich"] = None  # type: ignore[assignment]  # structlog would load it to draw on a terminal: 4 MiB

from vocu_server.failing import said_once  # noqa: E402
from vocu_server.serving import serve  # noqa: E402

with said_once():
    serve(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
