"""A subscriber that never reads, beside one that does."""

import asyncio
import re
import socket
import time
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.journey.checker import check
from tests.journey.reader import Reader, seen_by, stream_of
from tests.journey.service import Feed, serving
from tests.journey.venue import Document, Venue, client, post_many

pytestmark = pytest.mark.alone

MESSAGES = 3_000  # four MB: more than a socket and the service keep for one reader
UNITS = 100
PACE = 0.01  # seconds between two messages while the reader is clogged
ASIDE_SECONDS = 0.25  # what the other subscriber may wait for a message, now and then
HELD_BYTES = 24 << 20  # what the service may grow by: the log itself is most of it
LOOK_EVERY = 20  # the figures are 60 kB: asked for all the time they are what the service grows by
CLOSED_SECONDS = 16.0  # ten without progress, a sweep, and a loaded machine


def deaf(feed: Feed) -> socket.socket:
    """A subscriber that asks for everything and never reads a byte."""
    host, port = feed.url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    connection.sendall(
        b"GET /v1/stream?after=0 HTTP/1.1\r\nHost: feed\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    return connection


async def figure(session: aiohttp.ClientSession, feed: Feed, name: str) -> float:
    """One figure of flag P."""
    text = await (await session.get(f"{feed.url}/metrics")).text()
    found = re.search(rf'^{name}\{{flag="P"\}} (\S+)$', text, re.MULTILINE)
    assert found, name
    return float(found[1])


@pytest.mark.slow
async def test_reader_that_never_reads_costs_others_nothing_and_is_closed(tmp_path: Path):
    """Another subscriber gets every message at once meanwhile; after ten seconds without progress it is closed."""
    async with client() as session, serving(tmp_path) as feed, asyncio.TaskGroup() as group:
        venue, reader = Venue(session, feed.url), Reader(session, feed.url)
        before = psutil.Process(feed.pid).memory_info().rss
        with deaf(feed):
            reading = group.create_task(reader.run())
            await post_many(venue, MESSAGES, UNITS)
            clogged = time.monotonic()
            await reader.reach(MESSAGES)
            assert await figure(session, feed, "feed_subscribers") == 2
            reader.delays.clear()
            version = MESSAGES // UNITS
            while await figure(session, feed, "feed_subscribers") == 2:
                assert time.monotonic() < clogged + CLOSED_SECONDS, "it is still there"
                for _ in range(LOOK_EVERY):
                    version += 1
                    await venue.send(Document(0, version, f"{version}.0"))
                    await asyncio.sleep(PACE)
            closed = time.monotonic() - clogged
            grown = psutil.Process(feed.pid).memory_info().rss - before
        stream = await seen_by([reader], lambda: stream_of(feed))
        reading.cancel()
        stalled = await figure(session, feed, "feed_stalled_total")
    delays = sorted(reader.delays)
    p99 = delays[len(delays) * 99 // 100]
    # the figures are the point
    print(f"closed after {closed:.1f} s, grown {grown >> 20} MB, {len(delays)} others p99 {1000 * p99:.1f} ms")  # noqa: T201
    assert stalled == 1
    assert check(venue.posts, stream, [reader.seen]) == []
    assert p99 < ASIDE_SECONDS
    assert grown < HELD_BYTES
