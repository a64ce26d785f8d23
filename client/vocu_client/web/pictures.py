"""Pictures in pages: small, and made anew from their pixels, never the bytes that somebody sent."""

import asyncio

from starlette.responses import Response

from vocu.errors import RefusedError
from vocu_client.attachments import is_picture
from vocu_client.pictures import thumbnail


async def small(media_type: str, data: bytes) -> Response:
    """The picture of a file. Raises RefusedError (no-such-file) where it is none, MalformedError where it is broken."""
    if not is_picture(media_type):
        raise RefusedError("no-such-file", "There is no such picture; go back to where it was listed.")
    made = await asyncio.to_thread(thumbnail, data)
    return Response(made, media_type="image/png" if made.startswith(b"\x89PNG") else "image/jpeg")
