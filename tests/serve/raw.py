"""A WebSocket client that does exactly what it is told, also what no client should do."""

import asyncio
import base64
import json
import os
import socket
import struct
from typing import Any, Self
from urllib.parse import urlsplit

LIMIT = 8.0
TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


def upgrade(
    url: str, query: str = "", *, method: str = "GET", path: str = "/v1/stream", **headers: str | None
) -> bytes:
    """The bytes of an upgrade request; a header that is None is left out."""
    fields: dict[str, str | None] = {
        "Host": urlsplit(url).netloc,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    fields |= {name.replace("_", "-"): text for name, text in headers.items()}
    lines = [f"{name}: {text}" for name, text in fields.items() if text is not None]
    target = f"{path}?{query}" if query else path
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode()


def frame(opcode: int, payload: bytes = b"", *, first: int = 0x80, masked: bool = True) -> bytes:
    """One frame as a client sends it; `first` holds FIN and the reserved bits."""
    size = len(payload)
    bit = 0x80 if masked else 0
    if size < 126:
        head = bytes((first | opcode, bit | size))
    elif size < 1 << 16:
        head = struct.pack("!BBH", first | opcode, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first | opcode, bit | 127, size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def op(**fields: object) -> bytes:
    """A client frame of the contract."""
    return frame(TEXT, json.dumps(fields).encode())


class Raw:
    """One connection; every wait has a deadline."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, url: str, buffer: int | None = None) -> Self:
        """A TCP connection; `buffer` bytes of receive buffer make a reader that is soon full."""
        address = urlsplit(url)
        client = socket.socket()
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, (address.hostname, address.port))
        return cls(*await asyncio.open_connection(sock=client, limit=buffer or 1 << 16))

    @classmethod
    async def open(cls, url: str, query: str = "", *, early: bytes = b"", buffer: int | None = None) -> Self:
        """A WebSocket; `early` is sent in the same write as the request."""
        raw = await cls.connect(url, buffer)
        raw.send(upgrade(url, query) + early)
        head = await raw.head()
        assert head.startswith(b"HTTP/1.1 101 "), head
        return raw

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def head(self) -> bytes:
        async with asyncio.timeout(LIMIT):
            return await self.reader.readuntil(b"\r\n\r\n")

    async def frame(self) -> tuple[int, bytes]:
        """(opcode, payload) of the next frame; a server's frames are whole and not masked."""
        async with asyncio.timeout(LIMIT):
            first, size = await self.reader.readexactly(2)
            assert first & 0xF0 == 0x80
            assert size < 128
            if size == 126:
                (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
            return first & 0x0F, await self.reader.readexactly(size)

    async def text(self) -> dict[str, Any]:
        opcode, payload = await self.frame()
        assert opcode == TEXT, (opcode, payload)
        return json.loads(payload)

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """All texts before the first of a type, and that one at the end."""
        async with asyncio.timeout(2 * LIMIT):
            found = [await self.text()]
            while found[-1]["type"] != kind:
                found.append(await self.text())
        return found

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """The next messages; control frames are passed over."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(2 * LIMIT):  # heartbeats alone would go on for ever
            while len(found) < count:
                message = await self.text()
                if "topic" in message:
                    found.append(message)
        return found

    async def closed(self) -> tuple[int, bytes]:
        """Code and reason of the close frame, which must be the last thing on the connection."""
        while True:
            opcode, payload = await self.frame()
            if opcode == CLOSE:
                break
        async with asyncio.timeout(LIMIT):
            assert await self.reader.read() == b""
        await self.end()
        return int.from_bytes(payload[:2], "big"), payload[2:]

    async def end(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Vanish: the service gets a RST."""
        client = self.writer.get_extra_info("socket")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
