"""One message through all eight steps, seen at every place it leaves a trace."""

import json
from pathlib import Path

import aiohttp
import zstandard

from feed.stream.history import read
from tests.journey.reader import connected, mark_of
from tests.journey.service import serving
from tests.journey.venue import Document, Venue, client


async def test_one_message_leaves_the_same_trace_everywhere(tmp_path: Path):
    """Stamped in order, archived as sent, stored once, delivered as stored, answered with its place."""
    document = Document(1, 1, "10.01")
    async with client() as session, serving(tmp_path) as feed:
        async with connected(session, feed.url) as socket:
            hello = json.loads((await socket.receive(5)).data)
            post = await Venue(session, feed.url).send(document)
            frame = await socket.receive(5)
        async with feed.broker() as link:
            (stored,) = await read(link, "FEED", 1, 10)
            (raw,) = await read(link, "RAW", 1, 10)
        page = await (await session.get(f"{feed.url}/v1/log?after=0")).json()
        snapshot = await (await session.get(f"{feed.url}/v1/snapshot")).json()
        assert await feed.stop() == 0
    assert frame.type is aiohttp.WSMsgType.TEXT
    delivered = frame.data.encode()
    message = json.loads(delivered)
    assert delivered == b'{"seq":1,' + stored.payload[1:]
    assert page["messages"] == snapshot["messages"] == [message]
    assert page["next"] == f"{hello['epoch']}:1"
    assert (post.answer, post.seq, post.topic) == ("accepted", stored.seq, stored.subject.removeprefix("feed."))
    assert (message["prev"], message["topic"], mark_of(message)) == (0, document.topic, document.mark)
    stamps = message["ts"]
    assert stamps["event"] == document.version[1]
    assert stamps["event"] <= stamps["recv"] <= stamps["published"]
    assert raw.headers["Raw-Id"] == stored.headers["Feed-Raw"]
    assert raw.headers["Raw-Recv"] == str(stamps["recv"])
    assert zstandard.decompress(raw.payload) == document.data
