"""The floor of fan-out, a program of its own: what nats-py gives is written to all raw transports, and nothing else.

It follows a stream with nats-py's ordered consumer, frames a message once, and writes what piled up while the others
were written in one `transport.write` a connection: natural batching, as the service does it. No handshake, no filters,
no cursors, no slow readers.
"""

import asyncio
import sys
from typing import cast

import nats
import uvloop
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy

from feed.core.frames import text_frame
from schemas.wire import splice_seq


class Door(asyncio.Protocol):
    """A connection that is written to."""

    def __init__(self, transports: set[asyncio.Transport]) -> None:
        self._transports = transports
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transports.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._transports.discard(cast("asyncio.Transport", self._transport))


class Loop:
    """What came since the last write, and to whom it goes."""

    def __init__(self) -> None:
        self.transports: set[asyncio.Transport] = set()
        self._frames: list[bytes] = []

    async def take(self, message: Msg) -> None:
        """Frame a message; it is written at the loop's next turn."""
        if not self._frames:
            asyncio.get_running_loop().call_soon(self._write)
        self._frames.append(text_frame(splice_seq(message.data, message.metadata.sequence.stream)))

    def _write(self) -> None:
        frames = b"".join(self._frames)
        self._frames.clear()
        for transport in self.transports:
            transport.write(frames)


async def serve(url: str, stream: str, subject: str) -> None:
    """Serve until killed; prints `ready PORT`."""
    bare = Loop()
    server = await asyncio.get_running_loop().create_server(lambda: Door(bare.transports), "127.0.0.1", 0, backlog=1000)
    link = await nats.connect(url)
    await link.jetstream().subscribe(
        subject, stream=stream, cb=bare.take, ordered_consumer=True, deliver_policy=DeliverPolicy.NEW
    )
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
