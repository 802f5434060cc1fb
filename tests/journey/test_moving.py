"""Readers that move between two `feed serve` processes again and again, with nothing but their cursor."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest

from tests.journey.checker import check_log
from tests.journey.reader import Reader, connected, kept_of, seen
from tests.journey.roles import Nodes, one_broker
from tests.journey.service import Feed
from tests.journey.soak import seed_of
from tests.journey.venue import Document, Venue, client, post_many
from tests.serve.eventsource import EventSource

MOVES = 20
MESSAGES = 3_000
UNITS = 60
PAGE = 100


class Mover(Reader):
    """Reads by WebSocket; at each sequence of `kill_at` it vanishes and goes on at the other process at once."""

    def __init__(self, session: aiohttp.ClientSession, *urls: str) -> None:
        super().__init__(session, urls[0])
        self._urls = urls

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            self._url = self._urls[self.connections % 2]
            await self._connection()

    def take(self, text: bytes, cursor: str) -> None:
        """Write down a message and the cursor behind it."""
        self.seen.append(seen(msgspec.json.decode(text), text.decode(), cursor.partition(":")[0], self.connections))
        self.cursor = cursor


class EventMover(Mover):
    """Reads by Server-Sent Events; the id of the last event is all that it takes along."""

    async def _connection(self) -> None:
        source = EventSource(self._url, "after=0", "" if self.cursor == "0" else self.cursor)
        async with source:
            self.connections += 1
            while event := await source.event():
                if event.name == "error" and event.json["name"] == "not_ready":
                    await self.wait(event.json["retry_ms"] / 1000)
                    return
                assert event.name != "error", event
                if "topic" in event.json:
                    self.take(event.data.encode(), event.id)
                    if self.seen[-1].seq in self.kill_at:
                        return


class Page(msgspec.Struct):
    """One answer of the log; its messages as they came."""

    messages: list[msgspec.Raw]
    next: str


class PollMover(Mover):
    """Reads by long polls, every one at the other process."""

    async def _connection(self) -> None:
        query = {"after": self.cursor, "wait": "5", "limit": str(PAGE)}
        async with self._session.get(f"{self._url}/v1/log", params=query) as answer:
            if answer.status == 503:
                await self.wait(float(answer.headers["Retry-After"]))
                return
            assert answer.status == 200, await answer.text()
            page = msgspec.json.decode(await answer.read(), type=Page)
        self.connections += 1
        for message in page.messages:
            self.take(bytes(message), page.next)
        self.cursor = page.next


@contextlib.asynccontextmanager
async def two_serving(nodes: Nodes) -> AsyncIterator[tuple[Feed, Feed, Feed]]:
    """Where venues send, and two processes where readers read."""
    async with nodes.node("ingest") as ingest, nodes.node("serve") as one, nodes.node("serve") as other:
        yield ingest, one, other


@pytest.mark.slow
async def test_a_reader_that_moves_has_the_whole_stream(tmp_path: Path):
    """Twenty moves and more during 3,000 messages, by WebSocket, events and polls: every log is the stream's."""
    chance = random.Random(seed_of("moving readers"))
    async with client() as session, one_broker(tmp_path) as nodes, two_serving(nodes) as (ingest, one, other):
        movers = [kind(session, one.url, other.url) for kind in (Mover, EventMover, PollMover)]
        for mover in movers:
            mover.kill_at = set(chance.sample(range(1, MESSAGES), MOVES))
        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(mover.run()) for mover in movers]
            await post_many(Venue(session, ingest.url), MESSAGES, UNITS)
            for mover, task in zip(movers, reading, strict=True):
                await mover.reach(MESSAGES)
                task.cancel()
        async with nodes.link() as link:
            stream = await kept_of(link)
    print([mover.connections for mover in movers])  # noqa: T201 - the figures are the point
    assert len(stream) == MESSAGES
    for mover in movers:
        assert check_log(mover.seen, stream) == []
        assert mover.connections > MOVES


async def test_a_cursor_ahead_of_a_process_is_waited_for(tmp_path: Path):
    """A reader names what its process does not hold yet, as after a move: the next thing it gets is what follows."""
    async with client() as session, one_broker(tmp_path) as nodes, two_serving(nodes) as (ingest, one, other):
        venue = Venue(session, ingest.url)
        await venue.send(Document(1, 1, "10.01"))
        async with session.get(f"{one.url}/v1/log") as answer:
            page = await answer.json()
        ahead = page["next"].replace(":1", ":2")
        mover, events, polls = (kind(session, other.url, other.url) for kind in (Mover, EventMover, PollMover))
        async with asyncio.TaskGroup() as group:
            tasks = []
            for each in (mover, events, polls):
                each.cursor = ahead
                tasks.append(group.create_task(each.run()))
            async with connected(session, other.url) as socket:
                await socket.receive(5)  # the process is there and takes requests; those above came before this one
                await venue.send(Document(1, 2, "10.02"))
                await venue.send(Document(1, 3, "10.03"))
            for each, task in zip((mover, events, polls), tasks, strict=True):
                await each.reach(3)
                task.cancel()
    assert [[each.seq for each in reader.seen] for reader in (mover, events, polls)] == [[3], [3], [3]]
