"""Readers of differences: put together, what they get is what everybody gets."""

import asyncio
import json
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.core.patches import applied
from tests.documents import large
from tests.serve.raw import Raw, op
from tests.service_fixture import House


class Holder:
    """Puts messages together as a client does; knows how many came as differences."""

    def __init__(self) -> None:
        self.held: dict[int, dict[str, Any]] = {}
        self.deltas = 0

    def take(self, message: dict[str, Any]) -> None:
        if "patch" in message:
            self.deltas += 1
            assert message["base"] == message["prev"]
            message = applied(self.held[message["base"]], message["patch"])
        self.held[message["seq"]] = message


async def whole(house: House) -> dict[int, dict[str, Any]]:
    _, page = await house.get("/v1/log?after=0&limit=1000")
    return {message["seq"]: message for message in page["messages"]}


@pytest.mark.parametrize("more", ["", "&encoding=msgpack"])
async def test_differences_put_together_are_the_messages(house: House, more: str):
    """From a snapshot on, every message of what was in it is told by its difference, also in MessagePack."""
    await house.store(*(large("XA", unit=unit) for unit in (1, 2)))
    raw = await Raw.open(house.url, f"snapshot=1&delta=1{more}")
    later = await house.store(*(large("XA", version, unit=unit) for version in (2, 3, 4) for unit in (1, 2)))
    holder, read = Holder(), msgspec.msgpack.decode if more else json.loads
    while later[-1] not in holder.held:
        message = read((await raw.frame())[1])
        if "topic" in message:
            holder.take(message)
    expected = await whole(house)
    assert {seq: holder.held[seq] for seq in expected if seq in holder.held} == holder.held
    assert set(later) <= holder.held.keys()
    assert holder.deltas == len(later)
    await raw.end()


async def test_a_reader_that_resumes_gets_each_topic_whole_first(house: House):
    """What it had before its connection began nobody knows; readers of one cohort get what each of them needs."""
    (first,) = await house.store(large("XA"))
    early = await Raw.open(house.url, "after=0&delta=1")
    assert "patch" not in (await early.messages(1))[0]
    late = await Raw.open(house.url, f"after={first}&delta=1")
    await late.until("replay_end")
    await house.store(large("XA", 2))
    assert ["patch" in (await raw.messages(1))[0] for raw in (early, late)] == [True, False]
    await house.store(large("XA", 3))
    assert ["patch" in (await raw.messages(1))[0] for raw in (early, late)] == [True, True]
    for raw in (early, late):
        await raw.end()


async def test_a_changed_filter_begins_anew(house: House):
    """What the new one wants besides was not written before."""
    raw = await Raw.open(house.url, "snapshot=1&delta=1")
    await house.store(large("XA"))
    await raw.messages(1)
    raw.send(op(op="filter", filter=["XA.>"]))
    await raw.until("filtered")
    await house.store(large("XA", 2))
    assert "patch" not in (await raw.messages(1))[0]
    await house.store(large("XA", 3))
    assert "patch" in (await raw.messages(1))[0]
    await raw.end()


async def test_events_are_told_by_differences_too(house: House):
    """The same texts as on a WebSocket."""
    await house.store(large("XA"))
    async with aiohttp.ClientSession() as session, session.get(f"{house.url}/v1/sse?snapshot=1&delta=1") as answer:
        holder = Holder()
        (seq,) = await house.store(large("XA", 2))
        async with asyncio.timeout(8):
            async for line in answer.content:
                if line.startswith(b"data: ") and "topic" in (message := json.loads(line[6:])):
                    holder.take(message)
                    if message["seq"] == seq:
                        break
    assert holder.deltas == 1
    assert holder.held[seq] == (await whole(house))[seq]
