"""The service is killed at random moments, again and again."""

from pathlib import Path

import pytest

from tests.journey.service import serving
from tests.journey.soak import Soak, seed_of
from tests.journey.venue import client

CYCLES = 20


@pytest.mark.slow
async def test_killed_service_loses_and_repeats_nothing(tmp_path: Path):
    """What was answered 200 is in the stream once and in order, and reaches every subscriber that resumes."""
    async with client() as session, serving(tmp_path) as feed:
        soak = Soak(session, feed, seed_of("killed service"))

        async def kill() -> None:
            await feed.kill9()
            await feed.start()

        async with soak.running():
            await soak.torment(kill, CYCLES)
    print(soak.figures())  # noqa: T201 - the figures are the point
    assert soak.faults() == []
    assert soak.venue.unknown, "no kill met a document on its way"
    assert all(reader.connections > CYCLES for reader in soak.readers)
