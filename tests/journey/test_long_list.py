"""A list of 20 MB comes in while results flow: neither harms the other, and all of it outlives the service."""

import asyncio
import io
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.journey.reader import connected
from tests.journey.schedules import FULL, Schedule, mark_of
from tests.journey.service import Feed, serving
from tests.journey.venue import Document, Venue, client

pytestmark = pytest.mark.alone

UNITS = 8_000
ROOM = 2_200  # bytes of each unit beside the usual
LIST_BYTES = 20_000_000
RATE = 20  # results a second
P99_SECONDS = 1.0  # decoding the list in the loop would hold results up for longer, on any machine


class Race:
    """Results at an even pace: when each was sent and when it arrived, by its version."""

    def __init__(self, session: aiohttp.ClientSession, feed: Feed) -> None:
        self.sent: dict[int, float] = {}
        self.arrived: dict[int, float] = {}
        self._session = session
        self._feed = feed

    async def send_until(self, ending: asyncio.Future[Any]) -> None:
        """Send until that is done and everything was answered."""
        venue = Venue(self._session, self._feed.url)
        async with asyncio.TaskGroup() as group:
            while not ending.done():
                number = len(self.sent) + 1
                self.sent[number] = time.monotonic()
                group.create_task(venue.send(Document(number, 1, f"{number}.00")))
                await asyncio.sleep(1 / RATE)

    async def receive(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Read until cancelled."""
        while True:
            message = json.loads((await socket.receive()).data)
            if message["type"] == "result":
                self.arrived[int(message["topic"].split(".")[-2])] = time.monotonic()

    def latencies(self) -> list[float]:
        """Seconds from POST to subscriber, rising."""
        return sorted(self.arrived[number] - at for number, at in self.sent.items())


async def post_twice(session: aiohttp.ClientSession, feed: Feed, document: Schedule) -> tuple[list[int], float]:
    """How many messages were published each time, and the seconds that the first time took."""
    counts, ends = [], [time.monotonic()]
    for _ in range(2):
        async with session.post(f"{feed.url}/ingest/odf", data=io.BytesIO(document.data)) as answer:
            assert answer.status == 200, await answer.text()
            counts.append((await answer.json())["count"])
            ends.append(time.monotonic())
    return counts, ends[1] - ends[0]


async def snapshot(session: aiohttp.ClientSession, feed: Feed) -> bytes:
    """The messages that came of documents; the feed's own marks go on."""
    async with session.get(f"{feed.url}/v1/snapshot?type=list,unit,session,result") as answer:
        return (await answer.read()).partition(b'"messages":')[2]


@pytest.mark.slow
async def test_a_long_list_does_not_hold_up_results(tmp_path: Path):
    """Results do not wait for the list to be decoded; the list is whole, once, also after a kill and a restart."""
    document = Schedule(FULL, 1, 1, dict.fromkeys(range(UNITS), "1"), room=ROOM)
    assert len(document.data) > LIST_BYTES
    async with client() as session, serving(tmp_path) as feed:
        race = Race(session, feed)
        async with connected(session, feed.url, ("type", "result")) as socket, asyncio.TaskGroup() as group:
            receiving = group.create_task(race.receive(socket))
            posting = group.create_task(post_twice(session, feed, document))
            await race.send_until(posting)
            async with asyncio.timeout(5):
                while len(race.arrived) < len(race.sent):
                    await asyncio.sleep(0.01)
            receiving.cancel()
        counts, seconds = posting.result()
        state = await snapshot(session, feed)
        await feed.kill9()
        await feed.start()
        assert await snapshot(session, feed) == state
        assert await feed.stop() == 0
        await feed.start()
        assert await snapshot(session, feed) == state
    latencies = race.latencies()
    p50, p99 = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
    print(  # noqa: T201 - the figures are the point
        f"{len(document.data) / 1e6:.1f} MB in {seconds:.1f} s, {UNITS / seconds:.0f} units/s, "
        f"{len(latencies)} results: p50 {1000 * p50:.1f} p99 {1000 * p99:.1f} max {1000 * latencies[-1]:.1f} ms"
    )
    assert counts == [UNITS + 1, 0]
    units = [each for each in json.loads(state[:-1]) if each["type"] == "unit"]
    assert {each["topic"]: mark_of(each) for each in units} == document.state()
    assert len(latencies) > RATE
    assert p99 < P99_SECONDS
