"""Desks that post over a line on which packets are lost and doubled, behind a proxy that delays, tears and cuts.

Run in a network namespace of its own (test_line.py): `python -m tests.system.faults.rough_line FOLDER SECONDS`.
"""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from tests.system.cutting import CuttingLine
from tests.system.rig import CHEAP, PASSPHRASE, PLAN, Hub, admit, until, watching
from vocu_client import Desk, Home, create_operation

LOSS: Final = """
table ip loss {
  chain input { type filter hook input priority 0; numgen random mod 100 < 8 drop
  }
}
table netdev twice {
  chain ingress { type filter hook ingress device lo priority 0; numgen random mod 100 < 8 dup to lo
  }
}
"""


async def play(folder: Path, seconds: float) -> None:
    hub = Hub(folder / "hub")
    hub.start()
    try:
        async with CuttingLine(hub.port, 400_000, delay=0.05, calm=True).open() as line:
            home = Home(folder / "PL")
            await create_operation(home, line.url, hub.token, PLAN, PASSPHRASE, CHEAP)
            organiser = Desk.open(home, PASSPHRASE)
            assert await organiser.sync()
            desks = [organiser, *[await admit(organiser, folder, ncp) for ncp in ("DE", "FR")]]
            _lose_packets()
            line.calm = False
            written: dict[str, list[str]] = {}
            async with watching(*desks) as watches:
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    desk = random.choice(desks)
                    written.setdefault(desk.settings.ncp, []).append(desk.actions.send_message("Over a rough line."))
                    await asyncio.sleep(0.05)
                await until(lambda: all(set(desk.outbox.counts()) <= {"delivered"} for desk in desks), 200)
                size = max(desk.view.size for desk in desks)
                await until(lambda: all(desk.view.size == size for desk in desks), 100)
                assert not any(watch.done() for watch in watches)
            for desk in desks:
                ids = [accepted.act.header.id for accepted in desk.view.acts if accepted.act is not None]
                assert len(set(ids)) == len(ids)
                for own in written.values():
                    assert [each for each in ids if each in set(own)] == own
                assert not desk.replica.alarms()
            assert len({desk.view.operation.log.root() for desk in desks}) == 1
            print(f"{sum(map(len, written.values()))} messages, {line.cuts} connections that broke")
    finally:
        hub.stop()


def _lose_packets() -> None:
    subprocess.run(["nft", "-f", "-"], input=LOSS, text=True, check=True)


if __name__ == "__main__":
    asyncio.run(play(Path(sys.argv[1]), float(sys.argv[2])))
