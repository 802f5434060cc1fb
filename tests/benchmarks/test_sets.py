import asyncio
from pathlib import Path

import pytest

from benchmarks.schedules import SESSIONS, schedule
from benchmarks.service import feed_up
from benchmarks.sets import Listener, run
from feed.core.frames import text_frame

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


@pytest.mark.parametrize("cut", [1, 5, 10_000])
async def test_a_listener_counts_kinds_wherever_bytes_are_cut(cut: int):
    """Control frames are no messages; a waiting task wakes when its sequence has come."""
    listener = Listener("localhost")
    waiting = asyncio.ensure_future(listener.reached(7))
    texts = [b'{"type":"hello"}', b'{"seq":6,"type":"unit","x":"%b"}' % (b"y" * 300), b'{"seq":7,"type":"list"}']
    stream = UPGRADED + b"".join(map(text_frame, texts))
    for start in range(0, len(stream), cut):
        assert not waiting.done()
        listener.data_received(stream[start : start + cut])
        await asyncio.sleep(0)
    await waiting
    assert listener.kinds == {"unit": 1, "list": 1}
    assert listener.seq == 7


async def test_entities_are_counted_from_the_post_to_the_subscriber(tmp_path: Path):
    """All sessions and units of two small schedules; a refused document is an error."""
    async with feed_up(tmp_path) as (url, _):
        entities, seconds = await run(url, [schedule("JUD", 12), schedule("X01", 5)])
        assert entities == 12 + 5 + 2 * SESSIONS
        assert 0 < seconds < 10
        with pytest.raises(ConnectionError):
            await run(url, [b"<OdfBody/>"])
