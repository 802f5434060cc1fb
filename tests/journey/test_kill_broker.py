"""The broker is killed at random moments, again and again; the service lives on."""

import asyncio
import random
from pathlib import Path

from tests.journey.service import serving
from tests.journey.soak import Soak, seed_of
from tests.journey.venue import client

CYCLES = 20
TWICE = 0.3  # how often the next broker is killed too, while it starts
START_SECONDS = 0.2


async def test_killed_broker_loses_and_repeats_nothing(tmp_path: Path):
    """What was answered 200 is in the stream once and in order; subscribers wait on the same connection."""
    async with client() as session, serving(tmp_path) as feed:
        seed = seed_of("killed broker")
        soak, chance = Soak(session, feed, seed), random.Random(seed)

        async def kill() -> None:
            await feed.kill9_broker()
            if chance.random() < TWICE:
                await asyncio.sleep(chance.uniform(0, START_SECONDS))
                await feed.kill9_broker()

        async with soak.running():
            await soak.torment(kill, CYCLES)
        assert feed.starts == 1
        assert feed.is_running
        assert await feed.stop() == 0
    print(soak.figures())  # noqa: T201 - the figures are the point
    assert soak.faults() == []
    assert all(reader.connections == 1 for reader in soak.readers)
