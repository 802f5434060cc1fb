"""A race goes silent while its venue's system keeps sending others: told at a WebSocket, an SSE and a pull client."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.core.test_medals import result
from tests.core.test_unit_silence import FINAL, TOPIC, scheduled
from tests.journey.test_corrections import readers, tip_of
from tests.service_fixture import LIMIT, House, opened

pytestmark = pytest.mark.alone

HEAT = FINAL.replace("FNL-", "HEAT")


async def state_of(house: House, state: str) -> dict[str, Any]:
    """The row of the one unit that fell silent, once it is in a state."""
    async with asyncio.timeout(LIMIT):
        while True:
            _, page = await house.get("/v1/sources?competition=XA")
            (row,) = page["sources"] or ({"state": None},)
            if row["state"] == state:
                return row
            await asyncio.sleep(0.02)


async def test_a_race_falls_silent_and_comes_back(tmp_path: Path):
    """Stale, on, off, once each; a race that ended and one that is heard all the while are not spoken of."""
    async with opened(tmp_path, unit_seconds={"ATH": 1.0}) as house, readers(house) as seen:
        *_, first = await house.store(
            scheduled(1, "RUNNING"), scheduled(2, "RUNNING", HEAT), result(1, "1 a XAA", status="LIVE")
        )
        task = asyncio.ensure_future(_keep_sending(house))
        stale = await state_of(house, "stale")
        assert (stale["topic"], stale["source"], stale["code"]) == (TOPIC, "STA1", FINAL)
        assert 'feed_stale_sources{flag="P"} 1.0' in await house.text("/metrics")
        _, page = await house.get(f"/v1/units/{FINAL}?competition=XA")
        assert (TOPIC, stale["seq"]) in [(each["topic"], each["seq"]) for each in page["documents"]]
        (back,) = await house.store(result(2, "1 a XAA", status="LIVE"))
        await state_of(house, "on")
        (end,) = await house.store(result(3, "1 a XAA"))
        await state_of(house, "off")
        task.cancel()
        await asyncio.wait({task})
        messages = [each for each in await seen.all(await tip_of(house)) if each["type"] == "source"]
    assert [(each["topic"], each["body"]["state"], each["body"]["last"]["seq"]) for each in messages] == [
        (TOPIC, "stale", first),
        (TOPIC, "on", back),
        (TOPIC, "off", end),
    ]
    assert [each["prev"] for each in messages] == [0, messages[0]["seq"], messages[1]["seq"]]
    assert messages[0]["unit"] == FINAL


async def test_without_a_setting_no_unit_is_expected(house: House):
    """How often a sport sends, nobody can guess."""
    await house.store(scheduled(1, "RUNNING"), result(1, "1 a XAA", status="LIVE"))
    await asyncio.sleep(1.2)
    _, page = await house.get("/v1/sources?competition=XA")
    assert page["sources"] == []


async def _keep_sending(house: House) -> None:
    """The heat, by the same system, four times a second."""
    for version in range(1, 200):
        await house.post(result(version, "1 a XAA", status="LIVE", DocumentCode=HEAT))
        await asyncio.sleep(0.25)
