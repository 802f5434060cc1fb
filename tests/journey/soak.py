"""Eight senders, 200 documents in many versions and three subscribers, while something is killed at random moments."""

import asyncio
import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import aiohttp

from tests.journey.checker import DERIVED, check
from tests.journey.reader import Reader, seen_by, stream_of
from tests.journey.service import Feed
from tests.journey.venue import Document, Venue

SENDERS = 8
DOCUMENTS = 200
READERS = 3
RECOVERY_SECONDS = 15.0
VERSIONS = 2  # of every document, at least, however fast the kills follow each other
LONGEST_WAIT = 0.6  # seconds between a recovery and the next kill


def seed_of(name: str) -> int:
    """The seed of a test, printed: set JOURNEY_SEED to run with the same random moments again."""
    seed = int(os.environ.get("JOURNEY_SEED", random.SystemRandom().randrange(1_000_000)))
    print(f"{name}: JOURNEY_SEED={seed}")  # noqa: T201 - pytest shows it when the test failed
    return seed


class Soak:
    """Traffic that goes on until `finish`; then the whole history is checked."""

    def __init__(self, session: aiohttp.ClientSession, feed: Feed, seed: int) -> None:
        self.recoveries: list[float] = []
        self.venue = Venue(session, feed.url)
        self.readers = [Reader(session, feed.url) for _ in range(READERS)]
        self._feed = feed
        self._random = random.Random(seed)
        self._stopping = False
        self._marks = 0
        self._rounds = [0] * SENDERS  # Versions that each has sent of all its documents

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let everybody work; a sender or reader that fails ends the test."""
        async with asyncio.TaskGroup() as group:
            self._senders = [group.create_task(self._send(number)) for number in range(SENDERS)]
            readers = [group.create_task(reader.run()) for reader in self.readers]
            yield
            self._stopping = True
            await asyncio.wait(self._senders)
            stream = await seen_by(self.readers, lambda: stream_of(self._feed))
            for task in readers:
                task.cancel()
        self.stream = stream

    async def torment(self, kill: Callable[[], Awaitable[None]], cycles: int) -> None:
        """Kill at a random moment, wait until something new is stored, again."""
        for _ in range(cycles):
            await asyncio.sleep(self._random.uniform(0.02, LONGEST_WAIT))
            killed = time.monotonic()
            await kill()
            stored = self._stored()
            while self._stored() < stored + SENDERS + 1:  # more than the answers that were on their way
                assert time.monotonic() < killed + RECOVERY_SECONDS, "nothing is stored any more"
                await asyncio.sleep(0.01)
            self.recoveries.append(time.monotonic() - killed)
        async with asyncio.timeout(RECOVERY_SECONDS):
            while min(self._rounds) < VERSIONS:
                await asyncio.sleep(0.01)

    def faults(self) -> list[str]:
        """All broken rules, the first hundred told; also where it was not the traffic that it should be."""
        assert len({kept.topic for kept in self.stream if kept.mark != DERIVED}) == DOCUMENTS
        logs = [reader.seen for reader in self.readers]
        return [f"{fault.rule}: {fault.detail}" for fault in check(self.venue.posts, self.stream, logs)[:100]]

    def figures(self) -> str:
        answers = Counter(post.answer for post in self.venue.posts)
        return (
            f"messages {len(self.stream)}, posts {len(self.venue.posts)} {dict(answers)}, "
            f"unknown outcomes {dict(self.venue.unknown)}, connections {[each.connections for each in self.readers]}, "
            f"recovery median {sorted(self.recoveries)[len(self.recoveries) // 2]:.2f} max {max(self.recoveries):.2f} s"
        )

    def _stored(self) -> int:
        return sum(post.answer == "accepted" for post in self.venue.posts)

    async def _send(self, number: int) -> None:
        """Own every eighth document; now and then send an old version again while the next one is on its way."""
        sent: list[Document] = []
        for document in self._documents(number):
            if self._stopping:
                return
            if sent and self._random.random() < 0.1:
                await asyncio.gather(self.venue.send(document), self.venue.send(self._random.choice(sent)))
            else:
                await self.venue.send(document)
            sent.append(document)

    def _documents(self, number: int) -> Iterator[Document]:
        version = 0
        while True:
            version += 1
            for unit in range(number, DOCUMENTS, SENDERS):
                self._marks += 1
                yield Document(unit, version, f"{self._marks}.{version:02d}")
            self._rounds[number] = version
