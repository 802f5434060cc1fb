import asyncio
import json
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from feed.core.stall import StallWatch
from feed.serve import pulls, pump
from tests.documents import large, odf
from tests.serve.raw import Raw
from tests.service_fixture import House, opened, wait_until

DOORS = ("/v1/snapshot", "/v1/log?limit=1000")


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.mark.parametrize("path", DOORS)
async def test_a_reader_that_stops_in_the_middle_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str):
    """After the window without a byte taken its answer is aborted and counted, and nothing is left of it."""
    monkeypatch.setattr(StallWatch.is_stalled, "__defaults__", (300_000,))
    monkeypatch.setattr(pump, "SWEEP_SECONDS", 0.05)
    async with opened(tmp_path) as house:
        await house.store(*(large("XA", unit=unit) for unit in range(1, 31)))
        raw = await Raw.connect(house.url, buffer=4096)
        raw.send(get(path))
        await raw.head()
        raw.writer.transport.pause_reading()
        assert len(house.pump().pulls) == 1
        await wait_until(lambda: house.pump().counts["stalled"] == 1)
        await wait_until(lambda: not house.pump().pulls)
        assert 'feed_stalled_total{flag="P"} 1.0' in await house.text("/metrics")
        raw.reset()


@pytest.mark.parametrize("path", DOORS)
async def test_a_slow_reader_that_makes_progress_gets_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
):
    """A portion may take longer than the window as long as bytes are taken."""
    monkeypatch.setattr(StallWatch.is_stalled, "__defaults__", (300_000,))
    monkeypatch.setattr(pump, "SWEEP_SECONDS", 0.05)
    async with opened(tmp_path) as house:
        seqs = await house.store(*(large("XA", unit=unit) for unit in range(1, 13)))
        raw = await Raw.connect(house.url, buffer=4096)
        raw.send(get(path))
        head = await raw.head()
        left = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        text = b""
        while len(text) < left:
            text += await raw.reader.read(120_000)
            await asyncio.sleep(0.02)
        assert [message["seq"] for message in json.loads(text)["messages"]] == seqs
        assert house.pump().counts["stalled"] == 0
        await raw.end()


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("portion", [1, 70_000, 1 << 30])
async def test_an_answer_has_the_length_it_says(house: House, monkeypatch: pytest.MonkeyPatch, path: str, portion: int):
    """Whatever its portions, in JSON and in lines, with nothing in it and with much: the connection stays usable."""
    monkeypatch.setattr(pulls, "PORTION_BYTES", portion)
    seqs = await house.store(*(large("XA", unit=unit, size=30_000) for unit in range(1, 6)))
    one, plain = aiohttp.TCPConnector(limit=1), {"Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(connector=one, headers=plain) as session:
        for wish, expected in (("XA", seqs), ("NOBODY", [])):
            address = f"{house.url}{path}{'&' if '?' in path else '?'}filter={wish}.%3E"
            async with session.get(address) as answer:
                text = await answer.read()
                assert answer.headers["Content-Type"] == "application/json"
                assert [message["seq"] for message in json.loads(text)["messages"]] == expected
            assert (int(answer.headers["Content-Length"]), answer.headers["Vary"]) == (
                len(text),
                "Accept, Accept-Encoding, X-API-KEY, Authorization",
            )
            async with session.get(address, headers={"Accept": "application/x-ndjson"}) as answer:
                text = await answer.read()
                assert answer.headers["Content-Type"] == "application/x-ndjson"
                assert [json.loads(line)["seq"] for line in text.splitlines()] == expected
                assert text.count(b"\n") == len(expected)
            assert (int(answer.headers["Content-Length"]), answer.headers["Vary"]) == (
                len(text),
                "Accept, Accept-Encoding, X-API-KEY, Authorization",
            )


@pytest.mark.parametrize("path", DOORS)
async def test_answers_under_way_count_as_readers(tmp_path: Path, path: str):
    """Above connections_max they are too many, by name."""
    async with opened(tmp_path, connections_max=1) as house:
        raw = await Raw.open(house.url)
        status, body = await house.get(path)
        assert (status, body["error"]["name"]) == (429, "too_many")
        await raw.end()
        await wait_until(lambda: not house.pump().subscribers)
        waiting = asyncio.ensure_future(house.get("/v1/log?wait=30"))
        await wait_until(lambda: house.pump().pulls)
        raw = await Raw.open(house.url)
        assert (await raw.text())["name"] == "too_many"
        await raw.end()
        await house.store(odf("XA"))
        assert (await waiting)[0] == (await house.get(path))[0] == 200


async def test_an_answer_is_watched_until_its_last_byte_has_left(house: House, monkeypatch: pytest.MonkeyPatch):
    """Whatever its size, no answer ends while bytes of it wait in the transport, where nobody would watch them."""
    await house.store(*(large("XA", unit=unit, size=20_000) for unit in range(1, 61)))
    made: list[pulls.Pull] = []

    class Remembered(pulls.Pull):
        def __init__(self, request: web.Request, key_id: str | None) -> None:
            super().__init__(request, key_id)
            made.append(self)

    monkeypatch.setattr(pulls, "Pull", Remembered)
    raws = [await Raw.connect(house.url, buffer=4096) for _ in range(60)]
    for number, raw in enumerate(raws, 1):
        raw.writer.transport.pause_reading()
        raw.send(get(f"/v1/log?limit={number}"))
    await wait_until(lambda: len(made) == 60)
    await asyncio.sleep(0.3)
    under_way = house.pump().pulls
    assert 0 < len(under_way) < 60
    assert [pull.owed for pull in made if pull not in under_way and pull.owed] == []
    for raw in raws:
        raw.reset()


async def test_a_reader_that_leaves_in_the_middle_is_no_failure(house: House, caplog: pytest.LogCaptureFixture):
    """Nothing is written to the log of the program, the next one is served."""
    await house.store(*(large("XA", unit=unit) for unit in range(1, 31)))
    raw = await Raw.connect(house.url, buffer=4096)
    raw.send(get("/v1/snapshot"))
    await raw.head()
    raw.reset()
    await wait_until(lambda: not house.pump().pulls)
    await house.store(odf("XA"))
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
