"""What is typed before there is a desk to keep it at: in memory, as long as the browser's session."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final
from weakref import WeakKeyDictionary

from starlette.datastructures import UploadFile

from vocu.errors import RefusedError
from vocu.form.faults import Fault
from vocu_client.web.site import Site
from vocu_client.web.visit import Visit

Typed = dict[str, list[str]]
LEAST_PASSPHRASE: Final = 12


class Beginning:
    """One site's desk that is still to be made. The lock: two clicks make one desk."""

    def __init__(self) -> None:
        self.typed: dict[str, Typed] = {}
        self.lock = asyncio.Lock()


_beginnings: WeakKeyDictionary[Site, Beginning] = WeakKeyDictionary()


def beginning(visit: Visit) -> Beginning:
    return _beginnings.setdefault(visit.site, Beginning())


def require_absent(visit: Visit) -> None:
    """Raises RefusedError where there is a desk in this home, or where a duty room shares one."""
    if visit.site.team:
        raise RefusedError("no-such-page", "A duty room's desk is set up before it is shared; there is no such page.")
    if visit.site.service.state != "absent":
        raise RefusedError("desk-exists", "There is a desk here already; another one needs a folder of its own.")


async def make_desk(visit: Visit, make: Callable[[], Awaitable[Any]], passphrase: str) -> None:
    """Make the desk and open it. In a thread: keys are derived there, and the hub may be slow."""

    async def work() -> None:
        await make()

    async with beginning(visit).lock:
        require_absent(visit)
        await asyncio.to_thread(lambda: asyncio.run(work()))
        await visit.site.service.unlock(passphrase)
    beginning(visit).typed.pop(visit.session, None)


def texts(visit: Visit, names: Iterable[str]) -> Typed:
    """These fields of the form that was sent, as they were typed."""
    return {name: [value for value in visit.form.getlist(name) if isinstance(value, str)] for name in names}


async def uploaded(visit: Visit, name: str, most: int = 64 * 1024) -> bytes:
    """The beginning of a file that came with the form; empty where none did."""
    file = visit.form.get(name)
    if not isinstance(file, UploadFile):
        return b""
    data = await file.read(most)
    await file.close()
    return data


def passphrase_faults(typed: Typed) -> list[Fault]:
    """What is wrong with a new passphrase, which is typed twice."""
    once, again = typed["passphrase"][0:1] or [""], typed["again"][0:1] or [""]
    if len(once[0]) < LEAST_PASSPHRASE:
        return [Fault("passphrase", "A passphrase has {least} characters or more.", {"least": LEAST_PASSPHRASE})]
    if once != again:
        return [Fault("again", "The two passphrases are not the same; type them again.")]
    return []


def beside(visit: Visit, faults: Iterable[Fault]) -> dict[str, str]:
    """What is said beside each field: the first of its faults, in the officer's language."""
    said: dict[str, str] = {}
    for fault in faults:
        said.setdefault(fault.path, visit.words.fault(fault))
    return said
