"""A subscriber is killed and resumed again and again while messages arrive."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.journey.checker import DERIVED, check
from tests.journey.reader import Reader, seen_by, stream_of
from tests.journey.service import serving
from tests.journey.soak import seed_of
from tests.journey.venue import Venue, client, post_many

KILLS = 20
MESSAGES = 5_000
UNITS = 100


@pytest.mark.slow
async def test_killed_and_resumed_subscriber_has_the_whole_stream(tmp_path: Path):
    """Twenty kills at random places of 5,000 messages: the log is the stream's, in order, without a repetition."""
    chance = random.Random(seed_of("killed subscriber"))
    async with client() as session, serving(tmp_path) as feed, asyncio.TaskGroup() as group:
        venue, reader = Venue(session, feed.url), Reader(session, feed.url)
        reader.kill_at = set(chance.sample(range(1, MESSAGES), KILLS))
        reading = group.create_task(reader.run())
        began = time.monotonic()
        await post_many(venue, MESSAGES, UNITS)
        rate = MESSAGES / (time.monotonic() - began)
        stream = await seen_by([reader], lambda: stream_of(feed))
        reading.cancel()
    print(f"{rate:.0f} messages/s, {reader.connections} connections")  # noqa: T201 - the figures are the point
    assert sum(kept.mark != DERIVED for kept in stream) == MESSAGES
    assert check(venue.posts, stream, [reader.seen]) == []
    assert reader.connections == KILLS + 1
