"""A race that is moved at night (users' scenario S4), through a real broker: at a WebSocket, an SSE and a pull."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed import world
from feed.core.entry import Entry
from feed.core.log import Log
from feed.stream.connection import Connection
from tests.core.test_schedule_changes import said
from tests.journey.roles import one_broker
from tests.journey.test_medals import _got, _through, settled
from tests.schedules import schedule
from tests.service_fixture import House, opened, wait_until

LIMIT = 20.0
MEN = "TRIMIND".ljust(22, "-") + "FNL-000100--"
WOMEN = "TRIWIND".ljust(22, "-") + "FNL-000100--"
FIRST, WOMENS, MOVED = "2030-07-30T06:00:00Z", "2030-07-31T06:00:00Z", "2030-07-31T08:45:00Z"
SWIM = "SWMM100MFR".ljust(22, "-") + "FNL-000100--"
FOLLOWERS, WITHIN_SECONDS = 30, 5.0
MICROS = {FIRST: 1_911_621_600_000_000, MOVED: 1_911_717_900_000_000}


def race(code: str, start: str, status: str = "SCHEDULED", session: str = "TRI01") -> str:
    named = f'Code="{code}" PhaseType="3" ScheduleStatus="{status}" StartDate="{start}" SessionCode="{session}"'
    return f'<Unit {named} Venue="PA3"><ItemName Language="ENG" Value="Individual"/></Unit>'


def listed(version: int, *races: str) -> bytes:
    return schedule("XA", *races, version=version, discipline="TRI")


def update(version: int, *races: str) -> bytes:
    return schedule("XA", *races, version=version, discipline="TRI", DocumentType="DT_SCHEDULE_UPDATE")


def reason() -> bytes:
    return said(1, "water_quality", MEN).replace(b'DocumentCode="ATH', b'DocumentCode="TRI')


async def changes(house: House, pattern: str = ">") -> list[dict[str, Any]]:
    _, page = await house.get(f"/v1/log?after=0&limit=1000&type=schedule_change&filter={pattern.replace('>', '%3E')}")
    found: list[dict[str, Any]] = page["messages"]
    return found


async def test_the_decision_at_night(house: House):
    """Exactly one change for the men's race, with old and new time and the reason; none for the women's."""
    await house.store(listed(1, race(MEN, FIRST), race(WOMEN, WOMENS)))
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{house.url}/v1/stream?filter=XA.TRI.M.%3E&type=schedule_change") as men,
        session.ws_connect(f"{house.url}/v1/stream?filter=XA.TRI.W.%3E&type=schedule_change") as women,
        session.get(f"{house.url}/v1/sse?type=schedule_change&filter=XA.TRI.M.%3E") as events,
    ):
        moved = update(2, race(MEN, MOVED, "RESCHEDULED"), race(WOMEN, WOMENS))
        *_, seq = await house.store(reason(), moved)
        await house.store(listed(3, race(MEN, MOVED, "RESCHEDULED"), race(WOMEN, WOMENS)))
        message = await anext(_from_socket(men))
        assert await anext(_from_events(events)) == message
        *_, last = await house.store(update(4, race(WOMEN, WOMENS, "POSTPONED")))
        await settled(house, last)
        (womens,) = [await anext(_from_socket(women))]
    assert message["caused_by"] == seq
    assert {name: message["body"][name] for name in ("unit", "status", "session", "venue")} == {
        "unit": MEN,
        "status": "RESCHEDULED",
        "session": "TRI01",
        "venue": "PA3",
    }
    assert message["body"]["changes"] == [
        {"field": "start", "from": MICROS[FIRST], "to": MICROS[MOVED]},
        {"field": "status", "from": "SCHEDULED", "to": "RESCHEDULED"},
    ]
    assert message["body"]["reason"]["text"] == "water_quality"
    # The women's first message is their own change, much later: of the men's they were told nothing.
    assert womens["body"]["status"] == "POSTPONED"
    assert womens["body"]["changes"][0]["to"] is None
    assert [each["body"]["unit"] for each in await changes(house)] == [MEN, WOMEN]


async def test_all_who_follow_a_race_are_told_and_nobody_else(house: House):
    """Some dozens follow the men's race, as many the women's, as many another sport: one message each, to the first."""
    await house.store(listed(1, race(MEN, FIRST), race(WOMEN, WOMENS)))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        address = f"{house.url}/v1/stream?type=schedule_change&filter=XA"
        groups = [
            [await stack.enter_async_context(session.ws_connect(f"{address}.{each}.%3E")) for _ in range(FOLLOWERS)]
            for each in ("TRI.M", "TRI.W", "SWM")
        ]
        moved = update(2, race(MEN, MOVED, "RESCHEDULED"), race(WOMEN, WOMENS))
        *_, seq = await house.store(reason(), moved)
        async with asyncio.timeout(WITHIN_SECONDS):
            first = [await anext(_from_socket(socket)) for socket in groups[0]]
        assert {each["caused_by"] for each in first} == {seq}
        *_, last = await house.store(
            update(3, race(MEN, FIRST, "RESCHEDULED"), race(WOMEN, WOMENS, "POSTPONED")),
            *(schedule("XA", race(SWIM, at), version=n, discipline="SWM") for n, at in enumerate((FIRST, MOVED), 1)),
        )
        await settled(house, last)
        second = [[await anext(_from_socket(socket)) for socket in group] for group in groups]
    # What each group was told next is its own change: nothing of another's came in between.
    assert [{each["body"]["unit"] for each in group} for group in second] == [{MEN}, {WOMEN}, {SWIM}]
    assert len(await changes(house)) == 4


async def test_called_off_without_a_new_time(house: House):
    """POSTPONED: no start, whatever stands in the document; the session stays, so that tickets can be mapped."""
    *_, seq = await house.store(listed(1, race(MEN, FIRST)), update(2, race(MEN, FIRST, "POSTPONED")))
    await settled(house, seq)
    (change,) = await changes(house)
    assert [each["field"] for each in change["body"]["changes"]] == ["start", "status"]
    assert (change["body"]["changes"][0]["to"], change["body"]["session"]) == (None, "TRI01")
    _, page = await house.get("/v1/events/TRIMIND?competition=XA")
    (row,) = page["units"]
    assert (row["start"], row["timing"], row["status"]) == (None, "open", "POSTPONED")


async def test_a_restart_neither_loses_nor_repeats_a_change(tmp_path: Path):
    """What changed is read in the stream, not remembered."""
    async with opened(tmp_path) as house:
        *_, seq = await house.store(listed(1, race(MEN, FIRST)), update(2, race(MEN, MOVED, "RESCHEDULED")))
        await settled(house, seq)
        before = await changes(house)
    async with opened(tmp_path) as house:
        assert await changes(house) == before
        *_, seq = await house.store(
            update(3, race(MEN, MOVED, "RESCHEDULED")), update(4, race(MEN, MOVED, "RESCHEDULED", "TRI02"))
        )
        await settled(house, seq)
        first, second = await changes(house)
    assert second["body"]["changes"] == [{"field": "session", "from": "TRI01", "to": "TRI02"}]
    assert first == before[0]


@pytest.mark.slow
async def test_two_projectors_and_one_killed_tell_each_change_once(tmp_path: Path):
    """Both derive from the same schedule, one is killed in the middle."""
    async with one_broker(tmp_path) as nodes, nodes.node("up") as first, nodes.node("derive") as second:
        async with aiohttp.ClientSession() as session:
            for version in range(1, 42):
                document = update(version, race(MEN, (FIRST, MOVED)[version % 2], "RESCHEDULED"))
                async with session.post(f"{first.url}/ingest/odf", data=document) as answer:
                    seq = (await answer.json())["accepted"][0]["seq"]
                if version == 20:
                    await second.kill9()
        await _through(first.url, seq)
        page = await _got(f"{first.url}/v1/log?after=0&limit=1000&type=schedule_change")
    moved = [(each["caused_by"], each["body"]["changes"][0]["from"]) for each in page["messages"]]
    assert len(moved) == len(dict(moved)) == 40
    assert [start for _, start in moved] == [MICROS[(FIRST, MOVED)[version % 2]] for version in range(1, 41)]


async def _from_socket(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[dict[str, Any]]:
    async with asyncio.timeout(LIMIT):
        while True:
            message = await socket.receive_json()
            if "prev" in message:
                yield message


async def _from_events(events: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    async with asyncio.timeout(LIMIT):
        async for line in events.content:
            if line.startswith(b"data:") and "prev" in (message := json.loads(line[5:])):
                yield message


async def test_a_unit_whose_earlier_version_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """What has changed since cannot be told, and nothing ends by it: the next change is told."""
    lost: set[int] = set()
    stored = world.stored

    async def found(link: Connection, log: Log, seq: int) -> Entry | None:
        return None if seq in lost else await stored(link, log, seq)

    monkeypatch.setattr(world, "stored", found)
    async with opened(tmp_path) as house:
        (first,) = await house.store(listed(1, race(MEN, FIRST)))
        lost.add(first)
        (second,) = await house.store(update(2, race(MEN, MOVED, "RESCHEDULED")))
        await wait_until(lambda: f"has lost seq {first}: what follows from seq {second}" in caplog.text)
        await house.store(update(3, race(MEN, FIRST, "RESCHEDULED")))
        async with asyncio.timeout(LIMIT):
            while not (told := await changes(house)):
                await asyncio.sleep(0.01)
    assert [message["body"]["unit"] for message in told] == [MEN]
