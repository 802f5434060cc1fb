"""A venue's own standings that are not ours are told through a real broker, and on /metrics."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from tests.core.test_medal_check import standings
from tests.core.test_medals import result
from tests.journey.roles import one_broker
from tests.service_fixture import LIMIT, House

COUNT = 'feed_medal_differences{{flag="P"}} {}.0'


async def told(house: House) -> list[Any]:
    """All that was ever told, in its order."""
    _, page = await house.get("/v1/log?after=0&limit=1000&type=medal_discrepancy")
    return [message["body"] for message in page["messages"]]


async def settled(house: House, seq: int) -> None:
    """Return when everything up to a message is counted, and its table compared: that has no mark of its own."""
    async with asyncio.timeout(LIMIT):
        while (await house.get("/v1/medals?competition=XA"))[1]["through"] < seq:
            await asyncio.sleep(0.01)


async def test_a_table_that_is_not_ours_is_told_until_it_is(house: House):
    """No word while they agree, although their table comes right behind the result; the difference; its end."""
    *_, first = await house.store(
        result(1, "1 a XAA", "2 b XBB"), standings(2, {"XAA": "M100 TOT100", "XBB": "M010 TOT010"})
    )
    *_, wrong = await house.store(standings(3, {"XAA": "M100 TOT100", "XBB": "M020 TOT020"}))
    await settled(house, wrong)
    numbers = {"noc": "XBB", "medal": "silver", "ours": 1, "theirs": 2}
    differing = {"differences": [{"gender": each} | numbers for each in ("TOT", "M")], "ours": 1, "theirs": wrong}
    assert await told(house) == [differing]
    assert wrong > first
    assert COUNT.format(2) in await house.text("/metrics")
    *_, right = await house.store(standings(4, {"XAA": "M100 TOT100", "XBB": "M010 TOT010"}))
    await settled(house, right)
    assert await told(house) == [differing, {"differences": [], "ours": 1, "theirs": right}]
    assert COUNT.format(0) in await house.text("/metrics")


async def test_who_counts_late_finds_no_difference_either(tmp_path: Path):
    """Result and table were both in the stream before anybody derived: the ledger is behind them, and still agrees."""
    documents = result(1, "1 a XAA"), standings(2, {"XAA": "M100 TOT100"}), standings(3, {"XAA": "M300 TOT300"})
    async with one_broker(tmp_path) as nodes, nodes.node("ingest") as ingest, aiohttp.ClientSession() as session:
        for document in documents[:2]:
            async with session.post(f"{ingest.url}/ingest/odf", data=document) as answer:
                assert answer.status == 200
        async with nodes.node("up") as whole:
            async with session.post(f"{whole.url}/ingest/odf", data=documents[2]) as answer:
                wrong = (await answer.json())["accepted"][0]["seq"]
            found: list[Any] = []
            async with asyncio.timeout(LIMIT):
                while not found:
                    async with session.get(f"{whole.url}/v1/log?after=0&limit=1000&type=medal_discrepancy") as answer:
                        found = (await answer.json())["messages"]
    assert [message["body"]["theirs"] for message in found] == [wrong]
