"""`speed=`: the past at its pace, over the socket and as events."""

import asyncio
import itertools
import time

import pytest

from feed.core import pace
from tests.documents import odf
from tests.serve.eventsource import EventSource
from tests.serve.raw import Raw, op
from tests.serve.test_contract import refused
from tests.service_fixture import House, Running, wait_until

GAP = 0.1


async def past(house: House) -> list[int]:
    """Three messages with a while between them."""
    seqs = []
    for version in range(1, 4):
        seqs += await house.store(odf("XA", version))
        await asyncio.sleep(GAP)
    return seqs


async def test_a_replay_keeps_the_pace_of_then_and_ends_live(house: House):
    """Half as fast takes twice as long; the first frame says the speed; who met the tip is one of the live readers."""
    seqs = await past(house)
    raw = await Raw.open(house.url, "after=0&speed=0.5")
    assert (await raw.text())["speed"] == 0.5
    came = []
    for seq in seqs:
        (message,) = await raw.messages(1)
        assert message["seq"] == seq
        came.append(time.monotonic())
    assert min(later - sooner for sooner, later in itertools.pairwise(came)) > 1.5 * GAP
    assert (await raw.text())["type"] == "replay_end"
    await wait_until(lambda: len(house.pump().cohorts) == 1)
    (subscriber,) = house.pump().subscribers
    assert subscriber.pace is None
    (seq,) = await house.store(odf("XA", 4))
    (message,) = await raw.messages(1)
    assert message["seq"] == seq
    await raw.end()


async def test_a_replay_disturbs_nobody(house: House, monkeypatch: pytest.MonkeyPatch):
    """Others read on while one waits; it leaves whenever it likes, and a filter may change under it."""
    monkeypatch.setattr(pace, "GAP_SECONDS", 30.0)
    await past(house)
    slow, live = await Raw.open(house.url, "after=0&speed=0.001"), await Raw.open(house.url)
    await slow.text()
    await slow.messages(1)
    await live.text()
    (seq,) = await house.store(odf("XA", 4))
    assert (await live.messages(1))[0]["seq"] == seq
    slow.send(op(op="filter", filter=["XB.>"]))
    assert (await slow.text())["type"] == "filtered"
    assert len(house.pump().cohorts) == 1
    slow.reset()
    await wait_until(lambda: len(house.pump().subscribers) == 1)
    await live.end()


async def test_events_have_a_pace_too(house: House):
    """And who comes back goes on at it."""
    seqs = await past(house)
    async with EventSource(house.url, "after=0&speed=1") as source:
        hello, *found, _ = await source.until("replay_end")
        assert (hello.json["speed"], [event.json["seq"] for event in found]) == (1.0, seqs)


@pytest.mark.parametrize("query", ["speed=0", "speed=x", "speed=-1", "speed=10001", "speed=", "speed=1e3"])
@pytest.mark.parametrize("door", ["stream", "sse"])
async def test_a_speed_is_a_number(service: Running, door: str, query: str):
    """Above 0 and up to 10,000."""
    await refused(service, door, f"after=0&{query}", "bad_request")


@pytest.mark.parametrize("query", ["speed=1", "speed=1&snapshot=1", "speed=1&after=0&conflate=1"])
@pytest.mark.parametrize("door", ["stream", "sse"])
async def test_a_speed_needs_a_past(service: Running, door: str, query: str):
    """Of what is live, of a state, or of what is left out there is no pace."""
    assert "after" in (await refused(service, door, query, "bad_request"))["detail"]
