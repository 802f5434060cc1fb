"""Silence is told through a real broker: who falls silent, who is back, and that nobody else waits for it (S8)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.config import SourceSettings
from tests.documents import odf
from tests.journey.roles import one_broker
from tests.schedules import local
from tests.service_fixture import LIMIT, House, opened

pytestmark = pytest.mark.alone

RACE = "CRDMRR----------------FNL-000100--"
BEAT = 0.5
GPS = {"GPS1": SourceSettings(competition="XA", beat_seconds=BEAT, code=RACE)}


def position(version: int) -> bytes:
    """What the GPS sends: of the first document a message comes, the others are signs of life."""
    kind = {"DocumentType": "DT_CURRENT" if version == 1 else "DT_KA", "ResultStatus": ""}
    return odf("XA", version, DocumentCode=RACE, Source="GPS1", **kind)


def finish(version: int) -> bytes:
    return odf("XA", version, DocumentCode=RACE, Source="FINISH1")


class Follower:
    """A subscriber of one race; every message with the time at which it came."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, dict[str, Any]]] = []

    async def follow(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            message = json.loads(frame.data)
            if "prev" in message:
                self.seen.append((time.monotonic(), message))

    def states(self) -> list[tuple[str, str]]:
        return [(each["source"], each["body"]["state"]) for _, each in self.seen if each["type"] == "source"]

    async def state(self, *states: str) -> tuple[float, dict[str, Any]]:
        """The last of the messages that tell the GPS's states, once it is there."""
        async with asyncio.timeout(LIMIT):
            while (told := self.states()) != [("GPS1", state) for state in states]:
                assert len(told) <= len(states), told
                await asyncio.sleep(0.005)
        return next(each for each in reversed(self.seen) if each[1]["type"] == "source")


@asynccontextmanager
async def followed(url: str) -> AsyncIterator[Follower]:
    follower = Follower()
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/v1/stream?filter=XA.CRD.M.RR.FNL.000100.>") as socket,
    ):
        task = asyncio.create_task(follower.follow(socket))
        yield follower
        task.cancel()


async def test_the_road_race_goes_dark(tmp_path: Path):
    """S8: stale after three missed beats, back within a second, and finish timing untouched all the while."""
    async with opened(tmp_path, sources=GPS) as house, followed(house.url) as follower:
        for version in range(1, 4):
            await house.post(position(version))
            last = time.monotonic()
            await asyncio.sleep(BEAT)
        on = (await follower.state("on"))[1]
        sent = 0
        while follower.states()[-1:] == [("GPS1", "on")] and time.monotonic() < last + LIMIT:
            sent += 1
            await house.post(finish(sent))
            await asyncio.sleep(0.02)
        at, stale = await follower.state("on", "stale")
        assert 3 * BEAT <= at - last < 3 * BEAT + 1
        body = stale["body"]
        assert body["since"] == body["last"]["recv"] < stale["ts"]["recv"]
        assert body["last"]["seq"] == min(each["seq"] for _, each in follower.seen)
        assert (stale["prev"], stale["code"]) == (on["seq"], RACE)
        await house.post(position(4))
        returned = time.monotonic()
        at, back = await follower.state("on", "stale", "on")
        assert at - returned < 1
        assert (back["body"]["since"], back["prev"]) == (back["body"]["last"]["recv"], stale["seq"])
        assert back["body"]["since"] > body["since"]
        results = [each for _, each in follower.seen if each["type"] == "result"]
        assert [each["version"] for each in results] == list(range(1, sent + 1))


async def test_a_system_that_said_it_is_on_is_watched_until_it_is_off(house: House):
    """By its own word, KADelay and DelayOffSet; what it says next is judged as if the feed had said nothing."""
    past = {"Date": "2020-07-03"}  # before the feed spoke
    short = local("XA", "ON", **past).replace(b'KADelay="60" DelayOffSet="10"', b'KADelay="1" DelayOffSet="0"')
    await house.store(short)
    row = await _state(house, "stale")
    assert (row["keep_alive_seconds"], row["documents"]) == (1, 1)
    assert 'feed_stale_sources{flag="P"} 1.0' in await house.text("/metrics")
    await house.post(local("XA", "KA", **past))
    assert (await _state(house, "on"))["since"] > row["since"]
    await _state(house, "stale")
    _, told = await house.post(short)
    assert (told["count"], told["duplicates"]) == (0, 1)
    await _state(house, "on")
    await _state(house, "stale")
    status, told = await house.post(local("XA", "OFF", 2, **past))
    assert (status, told["count"], told["stale"]) == (200, 2, 0)
    gone = await _state(house, "off")
    await asyncio.sleep(1.5)
    assert (await _state(house, "off"))["seq"] == gone["seq"]
    assert 'feed_stale_sources{flag="P"} 0.0' in await house.text("/metrics")


@pytest.mark.slow
async def test_every_node_hears_and_one_watches(tmp_path: Path):
    """What an ingest node takes is heard by those that watch and those that serve; two that watch tell it once."""
    short = local("XA", "ON").replace(b'KADelay="60" DelayOffSet="10"', b'KADelay="1" DelayOffSet="0"')
    async with (
        one_broker(tmp_path) as nodes,
        nodes.node("ingest") as ingest,
        nodes.node("serve") as serve,
        nodes.node("derive"),
        nodes.node("derive"),
        aiohttp.ClientSession() as session,
    ):
        for number, document in enumerate((short, *(local("XA", "KA", n) for n in range(2, 7))), 1):
            async with session.post(f"{ingest.url}/ingest/odf", data=document) as answer:
                assert answer.status == 200
            async with session.get(f"{serve.url}/v1/sources?competition=XA") as answer:
                (row,) = (await answer.json())["sources"] if answer.status == 200 else ({"state": "on"},)
            assert row["state"] == "on", number
            await asyncio.sleep(0.6)
        async with asyncio.timeout(LIMIT):
            while row["state"] != "stale":
                async with session.get(f"{serve.url}/v1/sources?competition=XA") as answer:
                    (row,) = (await answer.json())["sources"]
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.6)
        async with session.get(f"{serve.url}/v1/log?after=0&type=source") as answer:
            states = [each["body"]["state"] for each in (await answer.json())["messages"]]
        assert (states, row["documents"]) == (["on", "stale"], 6)


async def _state(house: House, state: str) -> dict[str, Any]:
    """The one system there is, once it is in a state."""
    async with asyncio.timeout(LIMIT):
        while True:
            _, page = await house.get("/v1/sources?competition=XA")
            (row,) = page["sources"]
            if row["state"] == state:
                return row
            await asyncio.sleep(0.01)
