"""Files of events as pages give them out: to keep, and pictures to be seen small."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response
from starlette.routing import Route

from vocu.operation.media import MediaFile
from vocu_client.web.pictures import small
from vocu_client.web.visit import Visit, get

Read = Callable[[Visit], Awaitable[tuple[MediaFile, bytes]]]
"""The file that an address names, where this officer may have it; raises a VocuError where he may not."""


def file_routes(path: str, read: Read) -> list[Route]:
    """The file at this path as a download, and under `/small` its picture made anew."""

    async def file(visit: Visit) -> Response:
        described, data = await read(visit)
        return visit.download(described.name, described.type, data)

    async def picture(visit: Visit) -> Response:
        described, data = await read(visit)
        return await small(described.type, data)

    return [get(path, file), get(f"{path}/small", picture)]
