"""A snapshot taken while messages arrive, cut at every entry and taken up again."""

import asyncio
import json
import random
import time
from pathlib import Path

import aiohttp
import pytest

from tests.journey.checker import Seen, check
from tests.journey.reader import CONTROL, connected, folds, seen, stream_of
from tests.journey.service import serving
from tests.journey.soak import seed_of
from tests.journey.venue import WITHDRAWN, Document, Venue, client, post_many

pytestmark = pytest.mark.alone

RATE = 500  # messages a second
UNITS = 300
SMALL = 16  # topics of the snapshot that is cut at every entry
SAMPLED = 24  # cuts of the large one
WHOLE = (None,) * 6  # readers that are not cut
PAUSE = 0.08  # seconds between two snapshots
PLACES = 100
BEHIND = RATE  # messages that may be on their way when the last snapshot was taken: they came at that rate


class Writer:
    """Posts versions of random units at a rate; every twentieth is a withdrawal. `posted` and `stored` count."""

    def __init__(self, venue: Venue, chance: random.Random) -> None:
        self.is_ending = False
        self.posted = self.stored = 0
        self._venue = venue
        self._chance = chance
        self._versions = [2] * UNITS
        self._locks = [asyncio.Lock() for _ in range(UNITS)]

    async def run(self) -> None:
        """Post until told to end, at an even pace, whatever the answers take."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            while not self.is_ending:
                while self.posted < (time.monotonic() - began) * RATE:
                    self.posted += 1
                    group.create_task(self._post(self._chance.randrange(UNITS), self.posted))
                await asyncio.sleep(0.005)

    async def _post(self, unit: int, number: int) -> None:
        async with self._locks[unit]:
            self._versions[unit] += 1
            mark = WITHDRAWN if self._chance.random() < 0.05 else f"{number}.0"
            await self._venue.send(Document(unit, self._versions[unit], mark))
            self.stored += 1


class Cut:
    """A reader that takes a snapshot, is cut off after `entries` frames of it, and resumes after the last one."""

    def __init__(self, session: aiohttp.ClientSession, url: str, query: list[tuple[str, str]]) -> None:
        self.seen: list[Seen] = []
        self.cut = 0
        self.is_whole = False
        self._session = session
        self._url = url
        self.query = query

    async def read(self, entries: int | None, end: asyncio.Future[int]) -> None:
        """Read `entries` messages of a snapshot, vanish and resume; None: all of it and on, on the same connection."""
        async with connected(self._session, self._url, ("snapshot", "1"), *self.query) as socket:
            hello = json.loads((await socket.receive(5)).data)
            self.epoch, self.cut = hello["epoch"], hello["tip"]
            while len(self.seen) != entries and not self.is_whole:
                frame = await socket.receive(5)
                message = json.loads(frame.data)
                self.is_whole = message["type"] == "snapshot_end"
                assert self.is_whole or message["type"] not in CONTROL
                assert not self.is_whole or message["seq"] == self.cut
                if not self.is_whole:
                    self.seen.append(seen(message, frame.data, self.epoch))
            if entries is None:
                await self._follow(socket, end)
                return
        cursor = ("after", f"{self.epoch}:{self.seen[-1].seq if self.seen else 0}")
        async with connected(self._session, self._url, cursor, *self.query) as socket:
            await self._follow(socket, end)

    async def _follow(self, socket: aiohttp.ClientWebSocketResponse, end: asyncio.Future[int]) -> None:
        """Read until the sequence `end`, known later, is passed."""
        while not end.done() or not self.seen or self.seen[-1].seq < end.result():
            frame = await socket.receive(10)
            message = json.loads(frame.data)
            if message["type"] not in CONTROL:
                self.seen.append(seen(message, frame.data, self.epoch, 1))


@pytest.mark.slow
async def test_cut_snapshot_and_what_follows_is_the_log_folded(tmp_path: Path):
    """Wherever a snapshot is cut, what follows its last entry leads to the same state, at every later sequence."""
    chance = random.Random(seed_of("cut snapshot"))
    topics = [Document(unit, 1, "").topic for unit in range(SMALL)]
    few = [("filter", topic) for topic in topics]
    cuts = [(few, entries) for entries in (*range(SMALL + 1), *WHOLE)]
    cuts += [([], entries) for entries in (*chance.sample(range(UNITS * 3 // 4), SAMPLED), *WHOLE)]
    async with client() as session, serving(tmp_path) as feed:
        venue = Venue(session, feed.url)
        await post_many(venue, 2 * UNITS, UNITS)
        writer = Writer(venue, chance)
        readers = [(Cut(session, feed.url, query), entries) for query, entries in chance.sample(cuts, len(cuts))]
        async with asyncio.TaskGroup() as group:
            end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            writing = group.create_task(writer.run())
            began = time.monotonic()
            for reader, entries in readers:
                group.create_task(reader.read(entries, end))
                await asyncio.sleep(PAUSE)
            writer.is_ending = True
            rate, behind = writer.posted / (time.monotonic() - began), writer.posted - writer.stored
            await writing
            last = await venue.send(Document(0, 1_000_000, "0.1"))
            assert last.seq is not None
            end.set_result(last.seq)
        stream = await stream_of(feed)
    print(f"{rate:.0f} messages/s, {len(readers)} snapshots, {len(stream)} messages")  # noqa: T201 - the point
    assert behind < BEHIND
    assert check(venue.posts, stream) == []
    dead = frozenset(kept.seq for kept in stream if kept.mark == WITHDRAWN)
    for reader, entries in readers:
        assert reader.is_whole or sum(not each.connection for each in reader.seen) == entries
        wanted = [kept for kept in stream if not reader.query or kept.topic in topics]
        places = [reader.cut, *sorted(chance.randint(reader.cut, last.seq) for _ in range(PLACES))]
        assert folds(reader.seen, places, dead) == folds(wanted, places, dead), (reader.cut, entries)
