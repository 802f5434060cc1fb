"""One subscriber's connection after its handshake: a small protocol of our own, 18 kB at the most.

It only carries: what to write is the pump's business, how it looks the encoding's. What a WebSocket's client says is
read in framed.py; who listens to events (sse.py) says nothing.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import cast

from feed.core.cohorts import CohortKey, Newest
from feed.core.filters import Filter
from feed.core.pace import Pace
from feed.core.stall import StallWatch
from feed.errors import ReaderError
from feed.serve.pages import NOT_PLAIN, Pages, plain_descriptor
from feed.serve.progress import accepted
from schemas.control import Control

WRITE_MARK_BYTES = 1024 * 1024  # above a portion that ends in the largest message: one alone never clogs
LINGER_SECONDS = 2.0


class Subscriber(asyncio.Protocol, ABC):
    """A connection that is written to. `written` counts bytes handed to the transport; `cursor` is a sequence.

    `leave` is told when it has ended or is about to. `key_id` names the key it came in with, None if it needed none;
    `holders` are under whom it is counted. By TLS, whose client `hears_goodbye` answers it before the connection ends.
    """

    hears_goodbye = False

    __slots__ = (
        "_leave",
        "cursor",
        "descriptor",
        "holders",
        "is_clogged",
        "is_open",
        "key",
        "key_id",
        "newest",
        "next_filter",
        "pace",
        "reached",
        "room_wanted",
        "since",
        "stall",
        "task",
        "transport",
        "written",
    )

    def __init__(self, leave: Callable[["Subscriber"], None], key: CohortKey, cursor: int) -> None:
        self._leave = leave
        self.key = key
        self.key_id: str | None = None
        self.holders: tuple[str, ...] = ()
        self.newest: Newest | None = None
        self.next_filter: Filter | None = None
        self.pace: Pace | None = None
        self.cursor = self.since = cursor
        self.reached = 0  # last sequence of its snapshot that was written
        self.descriptor = NOT_PLAIN
        self.is_clogged = False
        self.is_open = True  # whether anything may still be written
        self.room_wanted: asyncio.Future[None] | None = None
        self.stall: StallWatch | None = None
        self.task: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport | None = None
        self.written = 0

    @abstractmethod
    def close_by(self, error: ReaderError, cursor: str) -> None:
        """End the connection by name, in the way of its encoding; `cursor` is where to come back with."""

    def refuse(self, error: ReaderError, cursor: str) -> None:
        """Tell an error, and end the connection by it."""
        self.close_by(error, cursor)

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.descriptor = plain_descriptor(transport)
        self.transport.set_write_buffer_limits(high=WRITE_MARK_BYTES)

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
        self.is_open = False
        self.transport = None
        self.is_clogged = True
        if self.task is not None:
            self.task.cancel()
        self._leave(self)

    # What the pump does.

    @property
    def owed(self) -> int:
        """Bytes written to the transport that the socket has not taken yet."""
        return self.transport.get_write_buffer_size() if self.transport else 0

    @property
    def accepted(self) -> int:
        """Bytes that have left us, as far as progress can be seen from them."""
        return accepted(self.transport, self.written)

    def write(self, data: bytes) -> None:
        """Hand whole frames or events to the transport; never waits. Nothing follows a farewell."""
        if self.is_open and self.transport is not None:
            self.written += len(data)
            self.transport.write(data)

    def write_pages(self, pages: Pages) -> None:
        """As `write`, of frames that others take as well."""
        if self.is_open and self.transport is not None:
            self.written += pages.size
            pages.write(self.transport, self.descriptor)

    def say(self, control: Control) -> None:
        """Write one control frame."""
        self.write(self.key.encoding.control(control))

    async def room(self) -> bool:
        """Return when the connection is below its write mark again: True, or False when it was closed meanwhile."""
        while self.is_clogged and self.transport is not None:
            self.room_wanted = asyncio.get_running_loop().create_future()
            await self.room_wanted
            self.room_wanted = None
        return self.is_open

    def end_with(self, last: bytes) -> None:
        """Write the last bytes, then end our direction when all is written; the client ends its own when it read that.

        Closing both at once would reset the connection under a client that is still sending, and cost it the reason.
        A reader that never reads is ended by the stall rule, one that never closes after LINGER_SECONDS.
        """
        if not self.is_open or self.transport is None:
            return
        self.write(last)
        self.is_open = False
        if self.is_clogged:
            self.transport.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        elif not self.hears_goodbye:  # TLS has no half of an end
            self.transport.close()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._part_with, self.transport)
        self._leave(self)

    def _part_with(self, transport: asyncio.Transport) -> None:
        if not transport.is_closing():
            transport.close()

    def abort(self) -> None:
        """End the connection now; what was owed is lost to this socket, never to its cursor."""
        if self.transport is not None:
            self.transport.abort()
