"""Two `feed serve`, a `feed ingest` and a `feed derive` on three brokers, one of which is killed in the middle."""

import asyncio
import os
import random
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.journey.checker import check
from tests.journey.cluster import Cluster, three_brokers
from tests.journey.reader import kept_of
from tests.journey.soak import seed_of
from tests.journey.test_moving import EventMover, Mover, PollMover
from tests.journey.venue import Document, Venue, client

pytestmark = pytest.mark.alone
UNITS = 12
PHASE = 4 * UNITS  # documents that are stored before and after a kill, at least
MOVES = 20
KILLS = int(os.environ.get("JOURNEY_KILLS", "1"))  # each takes nats-server some ten seconds


async def life(cluster: Cluster, kills: int, seed: int) -> str:
    """Send and read, while so many times the broker that leads FEED is killed and brought back; check the history.

    Readers move to the other process every few messages, each in its own way, with nothing but their cursor.
    """
    chance = random.Random(seed)
    async with client() as session, AsyncExitStack() as stack:
        roles = ("ingest", "serve", "serve", "derive")
        ingest, one, other, derive = await asyncio.gather(
            *(stack.enter_async_context(cluster.node(role)) for role in roles)
        )
        venue = Venue(session, ingest.url)
        movers = [kind(session, one.url, other.url) for kind in (Mover, EventMover, PollMover)]
        for mover in movers:
            mover.kill_at = set(chance.sample(range(1, (2 * kills + 1) * PHASE), MOVES * kills))
        ending = asyncio.Event()

        async def send(unit: int) -> None:
            version = 0
            while not ending.is_set():
                version += 1
                await venue.send(Document(unit, version, f"{unit}.{version:05d}"))

        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(mover.run()) for mover in movers]
            sending = [group.create_task(send(unit)) for unit in range(UNITS)]
            for _ in range(kills):
                await stored(venue)
                await torment(cluster, venue)
            await stored(venue)
            ending.set()
            await asyncio.wait(sending)
            async with cluster.link() as link:
                stream = await kept_of(link)
            for mover, task in zip(movers, reading, strict=True):
                await mover.reach(stream[-1].seq)
                task.cancel()
        assert [each.is_running for each in (ingest, one, other, derive)] == [True] * 4
    logs = [[each for each in mover.seen if each.seq <= stream[-1].seq] for mover in movers]  # marks may follow it
    faults = check(venue.posts, stream, logs)
    assert faults == []
    assert all(mover.connections > MOVES * kills for mover in movers)
    told = [(each.connections, each.waits) for each in movers]
    return f"{len(stream)} messages, {dict(venue.unknown)}, connections and waits {told}"


async def torment(cluster: Cluster, venue: Venue) -> None:
    """Kill the leader of FEED, wait until there is another, and bring it back; who was connected finds the others."""
    killed = await cluster.leader()
    async with cluster.link_to(killed) as link:
        await cluster.order("kill", killed)
        await stored(venue)
        assert (link.losses, link.is_connected) == (1, True)
    assert f"{killed} {cluster.brokers()[killed]} away" in await cluster.order("status")
    assert await cluster.leader() != killed
    await cluster.order("start")


async def stored(venue: Venue) -> None:
    """Return when PHASE more documents were answered 200."""
    before = sum(post.answer == "accepted" for post in venue.posts)
    async with asyncio.timeout(30):
        while sum(post.answer == "accepted" for post in venue.posts) < before + PHASE:
            await asyncio.sleep(0.01)


@pytest.mark.timeout(120 + 30 * KILLS)
async def test_a_broker_that_is_killed_loses_nothing(tmp_path: Path):
    """What was answered 200 is there once, every reader has the whole stream, and nobody of ours ended."""
    async with three_brokers(tmp_path) as cluster:
        print(await life(cluster, KILLS, seed_of("brokers killed")))  # noqa: T201 - the figures are the point
