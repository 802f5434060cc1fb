import json

import aiohttp

from tests.documents import fresh_competition, odf
from tests.service_fixture import Running


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


async def test_in_lines_the_cut_is_in_headers(service: Running):
    """NDJSON has one message a line, as delivered; Feed-Epoch and Feed-Seq say what the JSON text says."""
    competition = fresh_competition()
    await service.store(odf(competition), odf(competition, unit=2))
    address = f"/v1/snapshot?filter={competition}.%3E"
    page = await service.text(address)
    lines = {"Accept": "application/x-ndjson"}
    async with aiohttp.ClientSession(headers=lines) as session, session.get(service.url + address) as answer:
        text = await answer.text()
    assert page.endswith('"messages":[' + ",".join(text.splitlines()) + "]}")
    assert answer.headers["Feed-Epoch"] == json.loads(page)["epoch"]
    assert int(answer.headers["Feed-Seq"]) >= json.loads(page)["seq"] > 0


async def test_head_has_no_body(service: Running):
    """HEAD answers the headers alone, and the connection stays usable."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        async with session.head(f"{service.url}/v1/snapshot") as answer:
            assert answer.status == 200
            assert await answer.read() == b""
        async with session.get(f"{service.url}/v1/snapshot") as answer:
            assert (await answer.json())["epoch"]
