"""The floor of a reconnect storm, a program of its own: who asks for anything gets so many bytes, and nothing else."""

import asyncio
import sys
from typing import cast

import uvloop

from feed.listen import listen


class Giver(asyncio.Protocol):
    """A connection that is written the whole at its first words."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - whatever it is
        assert self._transport is not None
        self._transport.write(self._blob)


async def serve(size: int) -> None:
    """Serve until killed; prints `ready PORT`."""
    blob = b"x" * size
    bound = listen("127.0.0.1", 0)
    server = await asyncio.get_running_loop().create_server(lambda: Giver(blob), sock=bound)
    print("ready", bound.getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
