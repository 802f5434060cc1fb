"""Readers that want no more than the newest of each topic when they are late."""

import asyncio
import json

import aiohttp

from tests.documents import large
from tests.serve.raw import Raw
from tests.service_fixture import House, wait_until


async def versions(house: House, last: int, first: int = 1) -> list[int]:
    """Sequences of so many versions of two units, in turn."""
    rounds = range(first, last + 1)
    return await house.store(*(large("XA", version, unit=unit) for version in rounds for unit in (1, 2)))


async def test_a_replay_is_the_newest_of_each_topic(house: House):
    """At their own places; what was left out is counted, and behind it everything comes."""
    seqs = await versions(house, 4)
    raw = await Raw.open(house.url, "after=0&conflate=1")
    found = await raw.until("replay_end")
    assert [message["seq"] for message in found if "topic" in message] == seqs[-2:]
    (skipped,) = (message for message in found if message["type"] == "skipped")
    assert (skipped["seq"], skipped["count"]) == (seqs[-1], len(seqs) - 2)
    later = await versions(house, 6, first=5)
    assert [message["seq"] for message in await raw.messages(len(later))] == later
    await raw.end()


async def test_who_did_not_ask_for_it_gets_everything(house: House):
    """Also beside one who did, and although it is as late."""
    seqs = await versions(house, 4)
    both = [await Raw.open(house.url, f"after=0{more}") for more in ("", "&conflate=1")]
    assert [message["seq"] for message in await both[0].messages(len(seqs))] == seqs
    for raw in both:
        await raw.end()


async def test_a_slow_reader_is_brought_to_the_newest(house: House):
    """Who took nothing while much came gets the last of each topic, and is told how many it did not get."""
    raw = await Raw.open(house.url, "snapshot=1&conflate=1", buffer=4096)
    await raw.until("snapshot_end")
    pump = house.pump()
    stored: list[int] = []
    for version in range(1, 60):
        stored += await versions(house, version, first=version)
        if pump.counts["lagging"]:
            break
    assert pump.counts["lagging"] == 1
    stored += await versions(house, version + 5, first=version + 1)
    got, told = [], 0
    async with asyncio.timeout(8):
        while len(got) + told < len(stored):
            message = await raw.text()
            got += [message["seq"]] if "topic" in message else []
            told += message["count"] if message["type"] == "skipped" else 0
    assert got == sorted(set(got))
    assert got[-1] == stored[-1]
    assert told > 0
    await wait_until(lambda: all(each.task is None for each in pump.subscribers))
    await raw.end()


async def test_a_difference_is_told_of_nothing_that_was_left_out(house: House):
    """Behind what was left out each topic comes whole once."""
    await versions(house, 4)
    raw = await Raw.open(house.url, "after=0&conflate=1&delta=1")
    found = await raw.until("replay_end")
    assert not any("patch" in message for message in found)
    await versions(house, 6, first=5)
    assert ["patch" in message for message in await raw.messages(4)] == [False, False, True, True]
    await raw.end()


async def test_events_are_told_what_was_left_out_too(house: House):
    """With a place to come back to."""
    seqs = await versions(house, 3)
    async with aiohttp.ClientSession() as session, session.get(f"{house.url}/v1/sse?after=0&conflate=1") as answer:
        block: list[bytes] = []
        async with asyncio.timeout(8):
            async for line in answer.content:
                block = [] if line == b"\n" else [*block, line.strip()]
                if b"event: skipped" in block and len(block) == 3:
                    break
    assert block[0].endswith(b":%d" % seqs[-1])
    assert json.loads(block[2].removeprefix(b"data: "))["count"] == len(seqs) - 2
