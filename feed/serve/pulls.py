"""HTTP answers that take time: they count and are watched as subscribers are, and leave in portions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import hdrs, web

from feed.core.cohorts import portions
from feed.core.entry import Entry
from feed.core.stall import StallWatch
from feed.serve.answers import JSON
from feed.serve.query import NDJSON
from feed.serve.reading import Reading, check_room

PORTION_BYTES = 256 * 1024


class Pull:
    """One answer under way, as the pump's sweep sees it."""

    __slots__ = ("_request", "_task", "stall")

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._task = asyncio.current_task()
        self.stall: StallWatch | None = None

    @property
    def written(self) -> int:
        """Bytes handed to the transport."""
        return self._request.writer.output_size

    @property
    def owed(self) -> int:
        """Bytes handed to the transport that the socket has not taken yet."""
        transport = self._request.transport
        return transport.get_write_buffer_size() if transport else 0

    @property
    def is_gone(self) -> bool:
        """Whether its reader has left: nobody tells a handler that waits."""
        transport = self._request.transport
        return transport is None or transport.is_closing()

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def abort(self) -> None:
        """End the connection now; the writing of its answer fails."""
        if self._request.transport is not None:
            self._request.transport.abort()


@asynccontextmanager
async def under_way(request: web.Request, reading: Reading) -> AsyncIterator[None]:
    """Count and watch the answer to this request; raises ReaderError too_many.

    Its last byte is in the system's hands when it ends: what a transport kept for later would be watched by nobody.
    """
    check_room(request.app)
    pull = Pull(request)
    if request.transport is not None:
        request.transport.set_write_buffer_limits(high=0)
    reading.pump.pulls.add(pull)
    try:
        yield
    finally:
        reading.pump.pulls.discard(pull)
        if request.transport is not None:
            request.transport.set_write_buffer_limits()


class Form(NamedTuple):
    """How a list of messages is written: the bytes around it and behind each but the last, and the headers."""

    start: bytes
    between: bytes
    end: bytes
    headers: Mapping[str, str]


def json_text(start: bytes, end: bytes) -> Form:
    """One JSON text; `start` and `end` are what stands around its messages."""
    return Form(start, b",", end, {hdrs.CONTENT_TYPE: JSON, hdrs.VARY: hdrs.ACCEPT})


def lines(headers: Mapping[str, str]) -> Form:
    """One message a line; what a JSON text would say around them is said in headers."""
    return Form(b"", b"\n", b"\n", {hdrs.CONTENT_TYPE: NDJSON, hdrs.VARY: hdrs.ACCEPT, **headers})


async def send(
    request: web.Request, form: Form, entries: list[Entry], shown: Callable[[Entry], Entry] | None = None
) -> web.StreamResponse:
    """Answer with a list of messages, portion by portion; a reader who leaves in the middle is let go.

    What is `shown` of each, if that is something else, is made as it leaves: its length is not known before.
    """
    if request.method == hdrs.METH_HEAD:
        return web.Response(headers=form.headers)  # a streamed body would be written behind the headers all the same
    start, between, end, headers = form
    if not entries and not start:
        end = b""  # no message, no line
    response = web.StreamResponse(headers=headers)
    if shown is None:
        gaps = len(between) * max(len(entries) - 1, 0)
        response.content_length = len(start) + sum(len(entry.json) for entry in entries) + gaps + len(end)
    try:
        await response.prepare(request)
        for portion in portions(entries, PORTION_BYTES):
            leaving = portion if shown is None else map(shown, portion)
            await response.write(start + between.join([entry.json for entry in leaving]))
            start = between
            await asyncio.sleep(0)  # making a portion takes a while: others must not wait for all of them
        await response.write_eof(end if entries else start + end)
    except ConnectionError:
        response.force_close()
    return response
