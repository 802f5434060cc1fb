"""One subscriber's connection after the WebSocket handshake: a small protocol of our own, 18 kB at the most.

It only carries: what to write is the pump's business, what a frame means is `feed.core.frames`'.
"""

import asyncio
from typing import Protocol, cast

import msgspec

from feed.core.filters import Filter
from feed.core.frames import CloseCode, Event, FrameError, FrameReader, Opcode, close_frame, pong_frame, text_frame
from feed.core.stall import StallWatch
from feed.errors import ReaderError

WRITE_MARK_BYTES = 1024 * 1024  # above a portion that ends in the largest message: one alone never clogs
LINGER_SECONDS = 2.0


class Owner(Protocol):
    """Who is told of what happens on a connection."""

    def said(self, subscriber: "Subscriber", text: bytes) -> None: ...

    def left(self, subscriber: "Subscriber") -> None: ...


class CloseReason(msgspec.Struct, frozen=True):
    """The reason text of a close frame: the error's name and where to resume."""

    name: str
    cursor: str


class Subscriber(asyncio.Protocol):
    """A connection that gets frames. `written` counts bytes handed to the transport; `cursor` is a sequence."""

    __slots__ = (
        "_owner",
        "_reader",
        "cursor",
        "filter",
        "is_clogged",
        "next_filter",
        "reached",
        "room_wanted",
        "stall",
        "task",
        "transport",
        "written",
    )

    def __init__(self, owner: Owner, wish: Filter, cursor: int) -> None:
        self._owner = owner
        self._reader: FrameReader | None = FrameReader()
        self.filter = wish
        self.next_filter: Filter | None = None
        self.cursor = cursor
        self.reached = 0  # last sequence of its snapshot that was written
        self.is_clogged = False
        self.room_wanted: asyncio.Future[None] | None = None
        self.stall: StallWatch | None = None
        self.task: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport | None = None
        self.written = 0

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=WRITE_MARK_BYTES)

    def data_received(self, data: bytes) -> None:
        if self._reader is None:
            return  # a close frame went out: whatever the client still says is late
        try:
            events = self._reader.receive(data)
        except FrameError as error:
            self.close(error.code, error.detail.encode())
            return
        for event in events:
            if self.is_open:
                self._take(event)

    def pause_writing(self) -> None:
        """Who takes nothing may not ask for more: answers to pings would pile up without end."""
        self.is_clogged = True
        if self.is_open and self.transport is not None:
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.is_clogged = False
        if self.is_open and self.transport is not None:
            self.transport.resume_reading()
        if self.room_wanted is not None and not self.room_wanted.done():
            self.room_wanted.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._reader = None
        self.transport = None
        self.is_clogged = True
        if self.task is not None:
            self.task.cancel()
        self._owner.left(self)

    # What the pump does.

    @property
    def is_open(self) -> bool:
        """Whether frames may still be written."""
        return self._reader is not None

    @property
    def owed(self) -> int:
        """Bytes written to the transport that the socket has not taken yet."""
        return self.transport.get_write_buffer_size() if self.transport else 0

    def write(self, frames: bytes) -> None:
        """Hand whole frames to the transport; never waits. Nothing follows a close frame (RFC 6455 section 5.5.1)."""
        if self.is_open and self.transport is not None:
            self.written += len(frames)
            self.transport.write(frames)

    async def room(self) -> bool:
        """Return when the connection is below its write mark again: True, or False when it was closed meanwhile."""
        while self.is_clogged and self.transport is not None:
            self.room_wanted = asyncio.get_running_loop().create_future()
            await self.room_wanted
            self.room_wanted = None
        return self.is_open

    def close(self, code: int, reason: bytes = b"") -> None:
        """Say goodbye, then end our direction when all is written; the client ends its own when it has read that.

        Closing both at once would reset the connection under a client that is still sending, and cost it the reason.
        A reader that never reads is ended by the stall rule, one that never closes after LINGER_SECONDS.
        """
        if self._reader is None or self.transport is None:
            return
        self.write(close_frame(code, reason))
        self._reader = None
        if self.is_clogged:
            self.transport.resume_reading()
        self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._part_with, self.transport)
        self._owner.left(self)

    def close_by(self, error: ReaderError, cursor: str) -> None:
        reason = msgspec.json.encode(CloseReason(error.name.value, cursor))
        self.close(error.complaint.close_code, reason)

    def _part_with(self, transport: asyncio.Transport) -> None:
        if not transport.is_closing():
            transport.close()

    def abort(self) -> None:
        """End the connection now; what was owed is lost to this socket, never to its cursor."""
        if self.transport is not None:
            self.transport.abort()

    def _take(self, event: Event) -> None:
        match event.opcode:
            case Opcode.PING:
                self.write(pong_frame(event.payload))
            case Opcode.PONG:
                pass
            case Opcode.CLOSE:
                code = int.from_bytes(event.payload[:2], "big") if event.payload else CloseCode.NORMAL
                self.close(code)
            case Opcode.TEXT:
                self._owner.said(self, event.payload)
            case _:
                self.close(CloseCode.UNSUPPORTED, b"send texts")

    def say(self, text: bytes) -> None:
        """Write one control frame's text."""
        self.write(text_frame(text))
