"""A proxy between a client and the service that cuts WebSockets anywhere, holds bytes back and repeats frames."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"
UPGRADED = b" 101 "
CHUNK = 65_536
UNLIMITED = 1 << 60
SPACING = 3_000  # bytes between two cuts, on average


class Proxy:
    """`cuts` counts connections that were cut, at `most` so many; `repeats` the frames that were written twice.

    `repeated` is the share of these, `spacing` the bytes between two cuts on average. A path of `pages` it answers
    itself: media type, and what makes of the body of the request that of the answer.
    """

    def __init__(self, target: str, most: int, repeated: float, spacing: int) -> None:
        self.cuts = self.repeats = 0
        self.url = ""
        self.pages: dict[str, tuple[str, Callable[[bytes], bytes]]] = {}
        self._target = urlsplit(target)
        self.most = most
        self._repeated = repeated
        self._spacing = spacing
        self._random = random.Random(1)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a client until it or the service ends it, or it is cut."""
        try:
            head = await reader.readuntil(HEAD_END)
        except asyncio.IncompleteReadError:
            writer.close()
            return
        if (path := head.split(b" ", 2)[1].decode()) in self.pages:
            await self._answer(path, head, reader, writer)
            return
        assert self._target.hostname
        back, forth = await asyncio.open_connection(self._target.hostname, self._target.port)
        forth.write(_alone(head))
        ways = [asyncio.ensure_future(self._forward(reader, forth)), asyncio.ensure_future(self._back(back, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            forth.transport.abort()
            writer.transport.abort()

    async def _answer(self, path: str, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
        media, made = self.pages[path]
        body = made(await reader.readexactly(int(length[1]) if length else 0))
        told = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(told.encode() + body)
        await writer.drain()
        writer.close()

    async def _forward(self, reader: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            forth.write(data)

    async def _back(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = 0
        async for data in self._answers(back):
            if data.startswith(b"HTTP/"):
                left = self._budget() if UPGRADED in data else UNLIMITED
            if self._random.random() < 0.1:
                await asyncio.sleep(self._random.uniform(0, 0.003))
            writer.write(data[:left])
            left -= len(data)
            if left < 0:
                if self.cuts < self.most:
                    await writer.drain()
                    self.cuts += 1
                    return
                left = self._budget()
        await writer.drain()
        await asyncio.sleep(0.05)  # what was written last is read before the end is

    def _budget(self) -> int:
        """Bytes until the next cut: often in the middle of a message, sometimes in the handshake."""
        return int(self._random.expovariate(1 / self._spacing)) if self.cuts < self.most else UNLIMITED

    async def _answers(self, back: asyncio.StreamReader) -> AsyncIterator[bytes]:
        """The head of the answer as it is, then frame by frame, some of them twice."""
        try:
            head = await back.readuntil(HEAD_END)
            yield head
            if UPGRADED not in head:
                while data := await back.read(CHUNK):
                    yield data
                return
            while True:
                frame = await _frame(back)
                yield frame
                if self._random.random() < self._repeated:
                    self.repeats += 1
                    yield frame
        except asyncio.IncompleteReadError:
            return


def _alone(head: bytes) -> bytes:
    """A request that is the last on its connection; one for a WebSocket is as it was."""
    if re.search(rb"(?i)\r\nupgrade:", head):
        return head
    return re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head).replace(HEAD_END, b"\r\nConnection: close" + HEAD_END)


async def _frame(back: asyncio.StreamReader) -> bytes:
    """One whole frame of a server: its payload is not masked."""
    head = await back.readexactly(2)
    length = head[1]
    if length >= 126:
        more = await back.readexactly(2 if length == 126 else 8)
        head, length = head + more, int.from_bytes(more, "big")
    return head + await back.readexactly(length)


@contextlib.asynccontextmanager
async def between(target: str, most: int, repeated: float = 0.2, spacing: int = SPACING) -> AsyncIterator[Proxy]:
    """A proxy that listens at its `url` until the context ends."""
    proxy = Proxy(target, most, repeated, spacing)
    server = await asyncio.start_server(proxy.pass_on, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        proxy.url = f"http://{host}:{port}"
        yield proxy
