"""A desk of its own process, to be killed: it queues numbered messages and says so, and sends them meanwhile.

python -m tests.system.posting_desk HOME TOGETHER
"""

import asyncio
import random
import sys
from pathlib import Path

from tests.system.rig import PASSPHRASE
from vocu_client import Desk, Home


async def main(home: Path, together: int) -> None:
    desk = Desk.open(Home(home), PASSPHRASE)
    print("open", flush=True)
    watch = asyncio.create_task(desk.watch())
    while not watch.done():
        first = len([item for item in desk.outbox.items() if item.kind == "message_posted"])
        for number in range(first, first + random.randrange(1, together)):
            desk.actions.send_message(str(number))
            print(number, flush=True)
        await asyncio.sleep(random.uniform(0, 0.05))
    await watch


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
