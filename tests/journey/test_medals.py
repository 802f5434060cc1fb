"""Medals through a real broker: exact outcomes at a WebSocket, an SSE and a pull client, and nothing twice."""

import asyncio
import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.core.test_medals import EVENT, medallists, result
from tests.journey.roles import one_broker
from tests.service_fixture import House, opened

LIMIT = 20.0


async def counted(house: Any, *, view: str = "official", query: str = "") -> list[str]:
    """Rows of the table as `rank noc G-S-B`."""
    _, page = await house.get(f"/v1/medals?competition=XA&view={view}{query}")
    return [f"{row['rank']} {row['noc']} {row['gold']}-{row['silver']}-{row['bronze']}" for row in page["rows"]]


async def settled(house: Any, seq: int) -> None:
    """Return when everything up to a message is counted."""
    deadline = time.monotonic() + LIMIT
    while (await house.get("/v1/medals?competition=XA"))[1]["through"] < seq:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def ledger(house: Any, query: str = "") -> list[str]:
    _, page = await house.get(f"/v1/medals/ledger?competition=XA{query}")
    rows = (row["entry"] for row in page["entries"])
    return [f"{row['action']} {row['medal']} {row['winner']['noc']} by {row['cause']['version']}" for row in rows]


async def test_a_photo_finish_that_is_swapped(house: House):
    """S1: wait, provisional, corrected, official; exactly one gold moves, and the official table waits for the last."""
    photo = result(1, "1 a USA", "2 b JAM", "3 c USA", status="LIVE").replace(b'Rank="1"', b'PhotoFinish="P"')
    await house.store(photo)
    assert await counted(house, view="provisional") == []
    *_, second = await house.store(result(2, "1 a USA", "2 b JAM", "3 c USA", status="UNOFFICIAL"))
    await settled(house, second)
    assert await counted(house, view="provisional") == ["1 USA 1-0-1", "2 JAM 0-1-0"]
    *_, third = await house.store(result(3, "1 b JAM", "2 a USA", "3 c USA", status="UNOFFICIAL"))
    await settled(house, third)
    assert await counted(house, view="provisional") == ["1 JAM 1-0-0", "2 USA 0-1-1"]
    assert await counted(house) == []
    *_, fourth = await house.store(result(4, "1 b JAM", "2 a USA", "3 c USA"))
    await settled(house, fourth)
    assert await counted(house) == await counted(house, view="provisional")


async def test_a_medal_that_moves_six_days_later(house: House):
    """S2: one award, one withdrawal, one award of the medal that moved; its cause tells the Version and its Note."""
    first = result(1, "1 a BRA", "2 b ITA", "3 c USA", "4 d ROU")
    ruled = result(2, "1 a BRA", "2 b ITA", "3 d ROU", "5 c USA", Date="2030-07-09").replace(
        b"</OdfBody>", b"<Note>court ruling</Note></OdfBody>"
    )
    *_, seq = await house.store(first, medallists(1, "GOLD a BRA", "SILVER b ITA", "BRONZE c USA"), ruled)
    await settled(house, seq)
    assert await counted(house) == ["1 BRA 1-0-0", "2 ITA 0-1-0", "3 ROU 0-0-1"]
    moved = ["awarded bronze USA by 1", "withdrawn bronze USA by 2", "awarded bronze ROU by 2"]
    assert [line for line in await ledger(house) if "bronze" in line] == moved
    assert await ledger(house, "&noc=USA,ROU") == moved
    assert await ledger(house, f"&event={EVENT}&noc=ROU") == moved[2:]
    _, page = await house.get("/v1/medals/ledger?competition=XA&noc=ROU")
    (row,) = page["entries"]
    assert (row["entry"]["cause"]["notes"], row["entry"]["moved"]) == (["court ruling"], True)


async def test_a_medal_that_moves_twice(house: House):
    """S2: the inquiry gives the bronze to USA, the ruling days later to ROU; each is told of its own, nobody else."""
    floor, note = ("1 a BRA", "2 b ITA"), (b"</OdfBody>", b"<Note>court ruling</Note></OdfBody>")
    before = result(1, *floor, "3 d ROU", "4 e ROU", "5 c USA", status="UNOFFICIAL")
    inquiry = result(2, *floor, "3 c USA", "4 d ROU", "5 e ROU")
    ruling = result(3, *floor, "3 d ROU", "4 e ROU", "5 c USA", Date="2030-07-09").replace(*note)
    await settled(house, (await house.store(before))[-1])
    assert await ledger(house) == []
    await settled(house, (await house.store(inquiry))[-1])
    assert await counted(house) == ["1 BRA 1-0-0", "2 ITA 0-1-0", "3 USA 0-0-1"]
    between = datetime.now(UTC).isoformat().replace("+", "%2B")
    (seq,) = await house.store(ruling)
    await settled(house, seq)
    assert await counted(house) == ["1 BRA 1-0-0", "2 ITA 0-1-0", "3 ROU 0-0-1"]
    assert (await counted(house, query=f"&as_of={between}"))[2] == "3 USA 0-0-1"
    assert [line for line in await ledger(house) if "bronze" in line] == [
        "awarded bronze USA by 2",
        "withdrawn bronze USA by 3",
        "awarded bronze ROU by 3",
    ]
    _, page = await house.get("/v1/athletes/c?competition=XA")
    assert page["medals"] == []
    assert [row["entry"]["action"] for row in page["history"]] == ["awarded", "withdrawn"]
    for noc, moved in (("USA", ["withdrawn"]), ("ROU", ["awarded"]), ("BRA", []), ("ITA", [])):
        path = f"/v1/log?after=0&limit=1000&filter=XA.*.*.*.*.*.ledger.official.%3E&noc={noc}"
        messages = (await house.get(path))[1]["messages"]
        assert [each["body"]["action"] for each in messages if each["body"]["moved"]] == moved, noc


async def test_ties_and_two_bronzes(house: House):
    """S3: two golds and no silver, a bronze for each of two; seven medals in all, full ties share a rank."""
    jump = {"DocumentCode": "ATHMHIGHJUMP----------FNL-000100--"}
    high = result(1, "1 a QAT", "1 b ITA", "3 c BLR", **jump).replace(b'Rank="1"', b'Rank="1" RankEqual="Y"')
    judo = medallists(1, "GOLD d JPN", "SILVER e FRA", "BRONZE f ITA", "BRONZE g QAT").replace(b"ATHM100M", b"JUDM66KG")
    *_, seq = await house.store(high, judo)
    await settled(house, seq)
    assert await counted(house) == ["1 ITA 1-0-1", "1 QAT 1-0-1", "3 JPN 1-0-0", "4 FRA 0-1-0", "5 BLR 0-0-1"]
    assert await counted(house, query="&discipline=ATH") == ["1 ITA 1-0-0", "1 QAT 1-0-0", "3 BLR 0-0-1"]
    assert await counted(house, query="&gender=W") == []
    assert len(await ledger(house)) == 7


async def test_every_subscriber_gets_the_ledger_once_and_in_order(house: House):
    """By WebSocket, SSE and pull: the same messages, each behind its cause, tables behind the entries they count."""
    documents = [result(1, "1 a XAA", status="UNOFFICIAL"), result(2, "1 b XBB", status="UNOFFICIAL")]
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{house.url}/v1/stream?after=0") as socket,
        session.get(f"{house.url}/v1/sse?after=0") as events,
    ):
        *_, seq = await house.store(*documents, result(3, "1 b XBB"))
        await settled(house, seq)
        _, page = await house.get("/v1/log?after=0&limit=1000")
        pulled = page["messages"]
        seen = await _from_socket(socket, pulled[-1]["seq"])
        streamed = await _from_events(events, pulled[-1]["seq"])
    assert seen == streamed == pulled
    assert [message["seq"] for message in pulled] == list(range(1, len(pulled) + 1))
    for message in pulled:
        if message["caused_by"]:
            assert pulled[message["caused_by"] - 1]["type"] == "result"
    kinds = [message["type"] for message in pulled if message["caused_by"] == seq]
    assert kinds == ["ledger", "medal_table", "medal_table", "derived"]


async def test_nothing_is_counted_twice_after_a_restart(tmp_path: Path):
    """The next process goes on where the last batch ended; a snapshot says the same before and after."""
    async with opened(tmp_path) as house:
        *_, seq = await house.store(
            result(1, "1 a XAA", "2 b XBB", status="UNOFFICIAL"), result(2, "1 a XAA", "2 b XBB")
        )
        await settled(house, seq)
        before = await house.text("/v1/snapshot")
    async with opened(tmp_path) as house:
        assert await house.text("/v1/snapshot") == before
        *_, seq = await house.store(result(3, "1 b XBB", "2 a XAA"))
        await settled(house, seq)
        assert await counted(house) == ["1 XBB 1-0-0", "2 XAA 0-1-0"]
        assert len(await ledger(house)) == 6


async def test_what_came_while_nobody_counted_is_counted(tmp_path: Path):
    """Results of a time without a projector are taken up by the next one, in their order."""
    async with one_broker(tmp_path) as nodes, nodes.node("ingest") as ingest, nodes.node("serve") as serve:
        async with aiohttp.ClientSession() as session:
            for document in (result(1, "1 a XAA"), result(2, "1 b XBB")):
                async with session.post(f"{ingest.url}/ingest/odf", data=document) as answer:
                    assert answer.status == 200
        async with nodes.node("derive"):
            await _through(serve.url, 2)
        page = await _got(f"{serve.url}/v1/medals?competition=XA")
        assert [row["noc"] for row in page["rows"]] == ["XBB"]


@pytest.mark.slow
async def test_two_projectors_and_one_killed_count_as_one(tmp_path: Path):
    """Two nodes derive from the same results, one is killed in the middle: every entry is there once."""
    async with one_broker(tmp_path) as nodes, nodes.node("up") as first, nodes.node("derive") as second:
        async with aiohttp.ClientSession() as session:
            for number in range(1, 61):
                winner = "1 a XAA" if number % 2 else "1 b XBB"
                async with session.post(f"{first.url}/ingest/odf", data=result(number, winner)) as answer:
                    seq = (await answer.json())["accepted"][0]["seq"]
                if number == 30:
                    await second.kill9()
        await _through(first.url, seq)
        page = await _got(f"{first.url}/v1/log?after=0&limit=1000")
    entries = [message for message in page["messages"] if message["type"] == "ledger"]
    causes = Counter((each["caused_by"], each["body"]["view"], each["body"]["action"]) for each in entries)
    assert set(causes.values()) == {1}
    held = Counter[str]()
    for each in entries:
        held[each["body"]["winner"]["id"]] += 1 if each["body"]["action"] == "awarded" else -1
        assert set(held.values()) <= {0, 1, 2}
    assert +held == {"b": 2}


async def _got(url: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def _through(url: str, seq: int) -> None:
    deadline = time.monotonic() + LIMIT
    while (page := await _got(f"{url}/v1/medals?competition=XA")).get("through", 0) < seq:
        assert time.monotonic() < deadline, page
        await asyncio.sleep(0.02)


async def _from_socket(socket: aiohttp.ClientWebSocketResponse, last: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(LIMIT):
        while not found or found[-1]["seq"] < last:
            message = await socket.receive_json()
            if "prev" in message:
                found.append(message)
    return found


async def _from_events(events: aiohttp.ClientResponse, last: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(LIMIT):
        while not found or found[-1]["seq"] < last:
            line = await events.content.readline()
            if line.startswith(b"data:") and "prev" in (message := json.loads(line[5:])):
                found.append(message)
    return found
