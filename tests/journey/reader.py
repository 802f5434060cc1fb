"""What a subscriber does, and what the stream holds when one asks the broker itself."""

import asyncio
import contextlib
import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import aiohttp

from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.streams import last_sequence
from schemas.wire import splice_seq
from tests.journey.checker import DERIVED, Kept, Seen
from tests.journey.service import Feed
from tests.journey.venue import ROWS, WITHDRAWN

RETRY_SECONDS = 0.05
CONTROL = frozenset({"hello", "snapshot_end", "replay_end", "heartbeat", "filtered", "pong", "error", "skipped"})


class Reader:
    """Follows the feed from `cursor` on, over lost connections, and writes down every message.

    At each sequence of `kill_at` it drops dead: what had arrived but was not read is lost to it. `delays` are seconds
    from the publication of a message to its arrival. `waits` counts how often it was told to ask again, as it does.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, cursor: str = "0") -> None:
        self.seen: list[Seen] = []
        self.cursor = cursor
        self.connections = 0
        self.delays: list[float] = []
        self.kill_at: set[int] = set()
        self.refusals: list[str] = []
        self.waits = 0
        self._session = session
        self._url = url

    async def run(self) -> None:
        """Read until cancelled; a connection that ends is taken up again after the last message."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                await self._connection()
            await asyncio.sleep(RETRY_SECONDS)

    async def reach(self, seq: int, seconds: float = 20.0) -> None:
        """Return when the message `seq` has been seen."""
        deadline = time.monotonic() + seconds
        while not self.seen or self.seen[-1].seq < seq:
            assert not self.refusals, self.refusals
            assert time.monotonic() < deadline, f"at {self.seen[-1].seq if self.seen else 0}, not at {seq}"
            await asyncio.sleep(0.01)

    async def wait(self, seconds: float) -> None:
        """Leave the service alone for as long as it asks."""
        self.waits += 1
        await asyncio.sleep(seconds)

    async def _connection(self) -> None:
        async with connected(self._session, self._url, ("after", self.cursor)) as socket:
            self.connections += 1
            epoch = ""
            while (frame := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                message = json.loads(frame.data)
                if message["type"] == "hello":
                    epoch = message["epoch"]
                elif message["type"] == "error" and message["name"] == "not_ready":
                    await self.wait(message["retry_ms"] / 1000)
                elif message["type"] == "error":
                    self.refusals.append(frame.data)
                elif message["type"] not in CONTROL:
                    self.seen.append(seen(message, frame.data, epoch, self.connections))
                    self.delays.append(time.time() - message["ts"]["published"] / 1e6)
                    self.cursor = f"{epoch}:{message['seq']}"
                    if message["seq"] in self.kill_at:
                        return


@contextlib.asynccontextmanager
async def connected(
    session: aiohttp.ClientSession, url: str, *query: tuple[str, str]
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A WebSocket that is cut off at the end, not closed politely."""
    address = f"{url.replace('http', 'ws', 1)}/v1/stream"
    socket = await session.ws_connect(address, params=query, compress=0, max_msg_size=0, autoclose=False)
    try:
        yield socket
    finally:
        abort(socket)


def abort(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Drop the TCP connection."""
    connection = socket._response.connection
    if connection is not None and connection.transport is not None:
        connection.transport.abort()


def seen(message: dict[str, Any], text: str, epoch: str, connection: int = 0) -> Seen:
    return Seen(connection, epoch, message["seq"], message["topic"], version_of(message), sha(text.encode()))


def version_of(message: dict[str, Any]) -> tuple[int, int]:
    """Version and event time; what the feed made itself goes by its place."""
    if message["type"] == DERIVED:
        return 0, message["seq"]
    return message["version"], message["ts"]["event"]


def sha(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


def mark_of(message: dict[str, Any]) -> str:
    """The mark of a stored message, or `torn` when it is not whole."""
    if message["op"] == "withdrawn":
        return WITHDRAWN
    marks = [row["result"] for row in message["body"]["competitors"]]
    return marks[0] if len(marks) == ROWS and len(set(marks)) == 1 else "torn"


async def stream_of(feed: Feed, flag: str = "P") -> list[Kept]:
    """The whole of FEED, read from the service's own broker past the service."""
    async with feed.broker(flag) as link:
        return await kept_of(link)


async def seen_by(readers: Sequence[Reader], stream: Callable[[], Awaitable[list[Kept]]]) -> list[Kept]:
    """What `stream` reads when all of `readers` have seen it and no more: the feed may write a mark meanwhile.

    Whoever cancels them next, without an await, has logs of just these messages.
    """
    while True:
        kept = await stream()
        for reader in readers:
            await reader.reach(kept[-1].seq)
        if all(reader.seen[-1].seq == kept[-1].seq for reader in readers):
            return kept


async def kept_of(link: Connection, mark_of: Callable[[dict[str, Any]], str] = mark_of) -> list[Kept]:
    """The whole of FEED in the account of a connection; `mark_of` tells the mark of a message."""
    kept = []
    for each in await read(link, "FEED", 1, await last_sequence(link)):
        text = splice_seq(each.payload, each.seq)
        message = json.loads(text)
        mark = DERIVED if message["type"] == DERIVED else mark_of(message)
        kept.append(Kept(each.seq, message["prev"], message["topic"], version_of(message), mark, sha(text)))
    return kept


def folds(
    messages: Sequence[Seen | Kept], places: Sequence[int], dead: frozenset[int]
) -> list[dict[str, tuple[int, str]]]:
    """The state at each of the rising `places`: topic -> (seq, sha); `dead` are the sequences of tombstones.

    `messages` are in the order in which they came.
    """
    state: dict[str, tuple[int, str]] = {}
    states = []
    number = 0
    for place in places:
        while number < len(messages) and messages[number].seq <= place:
            each = messages[number]
            if each.seq in dead:
                state.pop(each.topic, None)
            else:
                state[each.topic] = (each.seq, each.sha)
            number += 1
        states.append(dict(state))
    return states
