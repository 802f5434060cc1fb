"""HTTP answers that take time: they count and are watched as subscribers are, and leave in portions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import hdrs, web

from feed.core.cohorts import portions
from feed.core.entry import Entry
from feed.core.stall import StallWatch
from feed.serve.coding import GZIP, Gzip, takes_gzip
from feed.serve.door import JSON
from feed.serve.progress import accepted
from feed.serve.query import NDJSON
from feed.serve.quotas import holders
from feed.serve.reading import Reading
from feed.serve.rights import check_room

PORTION_BYTES = 256 * 1024
CHOSEN_BY = f"{hdrs.ACCEPT}, {hdrs.ACCEPT_ENCODING}"


class Pull:
    """One answer under way, as the pump's sweep sees it."""

    __slots__ = ("_request", "_task", "key_id", "stall")

    def __init__(self, request: web.Request, key_id: str | None) -> None:
        self.key_id = key_id
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
    def accepted(self) -> int:
        """Bytes that have left us, as far as progress can be seen from them."""
        return accepted(self._request.transport, self.written)

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
    check_room(request, reading)
    pull, counted = Pull(request, reading.key), holders(request, reading)
    if request.transport is not None:
        request.transport.set_write_buffer_limits(high=0)
    reading.pump.pulls.add(pull)
    reading.pump.enter(counted)
    try:
        yield
    finally:
        reading.pump.pulls.discard(pull)
        reading.pump.exit(counted)
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
    return Form(start, b",", end, {hdrs.CONTENT_TYPE: JSON, hdrs.VARY: CHOSEN_BY})


def lines(headers: Mapping[str, str]) -> Form:
    """One message a line; what a JSON text would say around them is said in headers."""
    return Form(b"", b"\n", b"\n", {hdrs.CONTENT_TYPE: NDJSON, hdrs.VARY: CHOSEN_BY, **headers})


async def send(
    request: web.Request, form: Form, entries: list[Entry], shown: Callable[[Entry], Entry] | None = None
) -> web.StreamResponse:
    """Answer with a list of messages, portion by portion; a reader who leaves in the middle is let go.

    What is `shown` of each, if that is something else, is made as it leaves, and so is what is compressed: the length
    is not known before.
    """
    coder = Gzip() if takes_gzip(request.headers) else None
    headers = form.headers if coder is None else {**form.headers, hdrs.CONTENT_ENCODING: GZIP}
    if request.method == hdrs.METH_HEAD:
        return web.Response(headers=headers)  # a streamed body would be written behind the headers all the same
    response = web.StreamResponse(headers=headers)
    if shown is None and coder is None:
        response.content_length = length(form, entries)
    try:
        await response.prepare(request)
        for portion in parts(form, entries, shown):
            left = portion if coder is None else await coder.add(portion)
            if left:
                await response.write(left)
            await asyncio.sleep(0)  # making a portion takes a while: others must not wait for all of them
        await response.write_eof(b"" if coder is None else await coder.end())
    except ConnectionError:
        response.force_close()
    return response


def length(form: Form, entries: list[Entry]) -> int:
    """Bytes of an answer with these messages as they are."""
    if not entries and not form.start:
        return 0
    gaps = len(form.between) * max(len(entries) - 1, 0)
    return len(form.start) + sum(len(entry.json) for entry in entries) + gaps + len(form.end)


def parts(form: Form, entries: list[Entry], shown: Callable[[Entry], Entry] | None = None) -> Iterator[bytes]:
    """The bytes of an answer; of no message in lines there are none."""
    start = form.start
    for portion in portions(entries, PORTION_BYTES):
        leaving = portion if shown is None else map(shown, portion)
        yield start + form.between.join([entry.json for entry in leaving])
        start = form.between
    if entries or form.start:
        yield form.end if entries else form.start + form.end
