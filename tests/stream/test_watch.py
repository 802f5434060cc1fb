import asyncio
from pathlib import Path
from typing import Any

from feed.core.index import EVENT, HASH, KEY, LIST, VERSION
from feed.stream.history import read
from feed.stream.streams import last_sequence
from tests.schedules import local
from tests.service_fixture import LIMIT, House, opened

SAME = (HASH, VERSION, EVENT, LIST, KEY)  # by which the gate judges what comes next
SHORT = local("XA", "ON").replace(b'KADelay="60" DelayOffSet="10"', b'KADelay="1" DelayOffSet="1"')


async def states(house: House) -> list[str]:
    """All that was ever told of the one system."""
    _, page = await house.get("/v1/log?after=0&type=source")
    return [each["body"]["state"] for each in page["messages"]]


async def until_told(house: House, *wanted: str) -> None:
    async with asyncio.timeout(LIMIT):
        while (told := await states(house)) != list(wanted):
            assert told == list(wanted)[: len(told)]
            await asyncio.sleep(0.02)


async def test_silence_outlives_a_restart(tmp_path: Path):
    """Who is stale stays so until it is heard again; who is on gets its time again. The gate sees no change."""
    async with opened(tmp_path) as house:
        await house.store(SHORT)
        await until_told(house, "on", "stale")
        async with house.broker() as link:
            kept = [
                each for each in await read(link, "FEED", 1, await last_sequence(link)) if ".source." in each.subject
            ]
        on, stale = ({name: each.headers.get(name) for name in SAME} for each in kept)
        assert on == stale
        assert all(on.values())
    async with opened(tmp_path) as house:
        await asyncio.sleep(0.6)
        assert await states(house) == ["on", "stale"]
        await house.post(local("XA", "KA", Time="100500000"))
        await until_told(house, "on", "stale", "on")
    async with opened(tmp_path) as house:
        await asyncio.sleep(0.6)
        assert await states(house) == ["on", "stale", "on"]
        await until_told(house, "on", "stale", "on", "stale")
        _, page = await house.get("/v1/sources?competition=XA")
        last: dict[str, Any] = page["sources"][0]
        assert (last["heard"], last["since"]) == (None, page["listening"])


async def test_a_broker_that_stands_still_is_nobodys_silence(house: House):
    """What could not be heard was not missed: the time begins anew when it answers again."""
    await house.store(SHORT)
    with house.frozen_broker():
        await asyncio.sleep(4)
    await asyncio.sleep(0.8)
    assert await states(house) == ["on"]
    await until_told(house, "on", "stale")
