import asyncio
import time
from pathlib import Path

import pytest

from benchmarks.plain import Stored, publish
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.streams import set_up


async def test_messages_are_stored_as_given_and_at_their_moments(tmp_path: Path):
    """In turn, with headers, none before it is due; and a wrong password is an error, not a silent round."""
    broker = Broker(tmp_path)
    await broker.start()
    try:
        user, password = broker.credentials("P")
        link = await Connection.open(broker.url, user, password, "test")
        await set_up(link)
        first, second = Stored("feed.a", {"Feed-Op": "put"}, b"{}"), Stored("feed.b", {}, b"[]")
        url = broker.address("P")
        start = time.perf_counter()
        await asyncio.to_thread(publish, url, [first.command, second.command], 5, start + 0.1, 20)
        assert time.perf_counter() - start >= 0.3
        kept = await read(link, "FEED", 1, 10)
        assert [message.subject for message in kept] == ["feed.a", "feed.b", "feed.a", "feed.b", "feed.a"]
        assert (kept[0].headers, kept[0].payload) == (first.headers, first.payload)
        with pytest.raises(ConnectionError, match="Authorization"):
            await asyncio.to_thread(publish, url.replace(password, "x"), [first.command], 1, 0, 1)
        await link.close()
    finally:
        await broker.stop()
