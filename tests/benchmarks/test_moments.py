import random
from pathlib import Path

import pytest

from benchmarks.moments import BATCH, ask, measure, store
from benchmarks.service import feed_up
from feed.stream.broker import Broker

pytestmark = pytest.mark.alone


async def test_tables_of_the_past_are_asked_for(tmp_path: Path):
    """A row for each size; the first is what the others are compared with."""
    lines = await measure(tmp_path, pairs=1, sizes=(4 * BATCH, 8 * BATCH), requests=5)
    assert [line.split(" | ")[0] for line in lines[4:6]] == [f"| {4 * BATCH}", f"| {8 * BATCH}"]
    assert lines[4].endswith("1.00 (1.00 to 1.00) |")


async def test_an_answer_of_another_place_is_an_error(tmp_path: Path):
    """What is not there is not measured."""
    broker = Broker(tmp_path / "broker")
    await broker.start()
    try:
        await store(broker, 2 * BATCH)
        async with feed_up(tmp_path / "service", broker) as (url, _):
            assert (await ask(url, 2 * BATCH, 3, random.Random(1))).p50 > 0
            with pytest.raises(ConnectionError, match="bad_cursor"):
                await ask(url, 100 * BATCH, 3, random.Random(1))
    finally:
        await broker.stop()
