import json

import aiohttp
import pytest

from feed.serve import snapshot
from tests.documents import fresh_competition, large, odf
from tests.service_fixture import House, Running


async def test_the_newest_of_each_topic_in_ascending_order(service: Running):
    """Epoch, the sequence of the cut, and the living state behind it."""
    competition = fresh_competition()
    seqs = await service.store(odf(competition, 1), odf(competition, 1, unit=2), odf(competition, 2))
    status, page = await service.get(f"/v1/snapshot?filter={competition}.%3E")
    assert status == 200
    assert [message["seq"] for message in page["messages"]] == seqs[1:]
    assert page["seq"] >= seqs[-1]
    _, log = await service.get(f"/v1/log?after={page['epoch']}:{page['seq']}&filter={competition}.%3E")
    assert log["messages"] == []


async def test_an_empty_snapshot_is_still_json(service: Running):
    """Nothing matches: an empty list."""
    _, page = await service.get("/v1/snapshot?filter=NOBODY.%3E")
    assert page["messages"] == []


@pytest.mark.parametrize("portion", [1, 1_000_000])
async def test_it_is_written_in_portions(house: House, monkeypatch: pytest.MonkeyPatch, portion: int):
    """Whatever the size of a portion, the text is the same JSON."""
    monkeypatch.setattr(snapshot, "PORTION_BYTES", portion)
    seqs = await house.store(*(large("XA", unit=unit, size=20_000) for unit in range(1, 8)))
    page = json.loads(await house.text("/v1/snapshot"))
    assert [message["seq"] for message in page["messages"]] == seqs


async def test_head_has_no_body(service: Running):
    """HEAD answers the headers alone, and the connection stays usable."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        async with session.head(f"{service.url}/v1/snapshot") as answer:
            assert answer.status == 200
            assert await answer.read() == b""
        async with session.get(f"{service.url}/v1/snapshot") as answer:
            assert (await answer.json())["epoch"]
