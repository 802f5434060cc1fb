import asyncio
import time
from pathlib import Path

import aiohttp
import pytest

from feed.core.log import AbsentError
from feed.errors import OutcomeUnknownError
from feed.serve import log, pump, reading
from tests.documents import fresh_competition, large, odf
from tests.serve.raw import Raw, upgrade
from tests.service_fixture import House, Running, opened, wait_until


async def test_pages_follow_each_other_to_the_tip(service: Running):
    """`next` of a page is `after` of the next one: in pages everything comes once and in order."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in range(1, 8)))
    found: list[int] = []
    cursor = "0"
    while True:
        _, page = await service.get(f"/v1/log?filter={competition}.%3E&limit=3&after={cursor}")
        if not page["messages"]:
            break
        assert len(page["messages"]) <= 3
        found += [message["seq"] for message in page["messages"]]
        cursor = page["next"]
    assert found == seqs
    assert int(page["next"].split(":")[1]) == page["tip"] >= seqs[-1]


async def test_a_narrow_filter_moves_on_as_well(service: Running):
    """`next` is the last sequence scanned, not the last one that matched."""
    await service.store(odf(fresh_competition()))
    _, page = await service.get("/v1/log?filter=NOBODY.%3E")
    assert page["messages"] == []
    assert page["next"].endswith(f":{page['tip']}")


async def test_the_tip_as_cursor_gives_an_empty_page(service: Running):
    """At the tip there is nothing more, and the same cursor comes back."""
    _, page = await service.get("/v1/log?limit=1")
    cursor = f"{page['next'].split(':')[0]}:{page['tip']}"
    _, page = await service.get(f"/v1/log?after={cursor}")
    assert page["messages"] == []


async def test_a_stream_whose_last_messages_are_gone_is_read_to_its_tip(house: House):
    """A hole at the tip is passed: its readers come to rest behind it."""
    (seq,) = await house.store(odf("XA"))
    house.pump()._log.tip = seq + 3
    _, page = await house.get("/v1/log")
    assert [message["seq"] for message in page["messages"]] == [seq]
    assert page["next"].endswith(f":{page['tip']}")
    assert page["tip"] == seq + 3


async def test_a_long_scan_stops_and_says_how_far_it_came(house: House, monkeypatch: pytest.MonkeyPatch):
    """One request scans a bounded part of the log; its cursor continues behind that."""
    monkeypatch.setattr(log, "SCAN_MAX", 3)
    monkeypatch.setattr(log, "LIMIT_MAX", 2)
    seqs = await house.store(*(odf("XA", version) for version in range(1, 8)))
    _, page = await house.get("/v1/log?filter=NOBODY.%3E&limit=2")
    assert page["messages"] == []
    assert page["next"].endswith(":4")
    assert page["tip"] == seqs[-1]


async def test_a_page_has_a_size(house: House, monkeypatch: pytest.MonkeyPatch):
    """A page ends when it is full of bytes, and the next one goes on behind it."""
    monkeypatch.setattr(log, "PAGE_BYTES", 250_000)
    await house.store(*(large("XA", version, size=100_000) for version in range(1, 6)))
    _, page = await house.get("/v1/log")
    assert [message["seq"] for message in page["messages"]] == [1, 2, 3]
    _, page = await house.get(f"/v1/log?after={page['next']}")
    assert [message["seq"] for message in page["messages"]] == [4, 5]


async def test_a_part_of_the_log_that_left_memory_is_read_from_the_stream(tmp_path: Path):
    """After a restart, and after a segment was let go, the log is the same, byte for byte."""
    async with opened(tmp_path) as house:
        await house.store(*(odf("XA", version) for version in range(1, 8)))
        before = await house.text("/v1/log")
    async with opened(tmp_path) as house:
        assert await house.text("/v1/log") == before
        house.pump()._log._segments.clear()
        assert await house.text("/v1/log") == before


async def test_an_absent_part_and_a_broker_that_is_away_are_told(house: House):
    """503 not_ready with Retry-After's meaning: ask again; nothing is left out silently."""
    await house.store(odf("XA"))
    reading = house.service._worlds["P"].reading

    async def away(_: AbsentError) -> None:
        raise OutcomeUnknownError("no answer")

    object.__setattr__(reading, "load", away)
    reading.log._segments.clear()
    status, body = await house.get("/v1/log")
    assert (status, body["error"]["name"]) == (503, "not_ready")


async def asked(house: House, query: str) -> asyncio.Future:
    """A request that is waiting when this returns."""
    before = len(house.pump().pulls)
    answer = asyncio.ensure_future(house.get(f"/v1/log?{query}"))
    await wait_until(lambda: answer.done() or len(house.pump().pulls) > before)
    return answer


async def test_a_wait_ends_with_the_message_that_is_wanted(house: House):
    """What the filter does not take wakes nobody; what it takes is answered at once."""
    waiting = await asked(house, "filter=XA.%3E&wait=30")
    (other,) = await house.store(odf("XB"))
    await wait_until(lambda: house.service.tip("P") == other)
    assert not waiting.done()
    began = time.monotonic()
    (seq,) = await house.store(odf("XA"))
    status, page = await waiting
    assert time.monotonic() - began < 2
    assert status == 200
    assert [message["seq"] for message in page["messages"]] == [seq]
    assert page["next"].endswith(f":{seq}")


async def test_a_wait_that_brings_nothing_moves_its_reader_on(house: House):
    """When the time is over: no messages, `next` is the last sequence scanned."""
    await house.store(odf("XB"))
    waiting = await asked(house, "filter=XA.%3E&wait=0.4")
    (seq,) = await house.store(odf("XB", 2))
    _, page = await waiting
    assert page["messages"] == []
    assert page["next"].endswith(f":{seq}")
    assert page["tip"] == seq


async def test_there_is_no_wait_for_what_is_there(house: House):
    """The page that can be given is given."""
    (seq,) = await house.store(odf("XA"))
    async with asyncio.timeout(5):
        _, page = await house.get("/v1/log?wait=60&after=0")
    assert [message["seq"] for message in page["messages"]] == [seq]


async def test_a_reader_that_waits_from_page_to_page_has_the_log(house: House):
    """Long polls follow each other without gap or repeat while messages come."""
    writing = asyncio.ensure_future(house.store(*(odf("XA", version) for version in range(1, 61))))
    cursor, found = "0", []
    while len(found) < 60:
        _, page = await house.get(f"/v1/log?after={cursor}&wait=5")
        assert page["messages"]
        found += [message["seq"] for message in page["messages"]]
        cursor = page["next"]
    assert found == await writing


async def test_a_reader_that_leaves_ends_its_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nothing is kept for somebody who is no longer there."""
    monkeypatch.setattr(pump, "SWEEP_SECONDS", 0.05)
    async with opened(tmp_path) as house:
        for leave in (lambda raw: raw.writer.close(), Raw.reset):
            raw = await Raw.connect(house.url)
            raw.send(b"GET /v1/log?wait=60 HTTP/1.1\r\nHost: x\r\n\r\n")
            await wait_until(lambda: house.pump().polls._waiting)
            leave(raw)
            await wait_until(lambda: not house.pump().pulls, 2)
            assert not house.pump().polls._waiting


async def test_who_waits_is_answered_when_the_service_stops(tmp_path: Path):
    """The end is not held up by a reader that waits, and the reader has its place."""
    async with opened(tmp_path) as house:
        (seq,) = await house.store(odf("XA"))
        waiting = await asked(house, f"after={seq}&wait=60")
        began = time.monotonic()
    status, page = await waiting
    assert (status, page["messages"]) == (200, [])
    assert page["next"].endswith(f":{seq}")
    assert time.monotonic() - began < 5


async def test_in_lines_the_place_is_in_headers(service: Running):
    """NDJSON has one message a line, as delivered; Feed-Next and Feed-Tip say what the JSON page says."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in (1, 2, 3)))
    query = f"filter={competition}.%3E&limit=2"
    _, page = await service.get(f"/v1/log?{query}")
    headers = {"Accept": "application/x-ndjson"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{service.url}/v1/log?{query}") as answer,
    ):
        lines = (await answer.text()).splitlines()
    assert "[" + ",".join(lines) + "]" == _messages_of(await service.text(f"/v1/log?{query}"))
    assert len(lines) == 2
    assert answer.headers["Feed-Next"] == page["next"]
    assert page["next"].endswith(f":{seqs[1]}")
    assert int(answer.headers["Feed-Tip"]) >= seqs[2]


def _messages_of(page: str) -> str:
    return page.removeprefix('{"messages":').rpartition(',"next"')[0]


async def test_a_cursor_that_another_process_handed_out_is_waited_for(house: House):
    """A reader that comes from a process which is ahead gets what follows its cursor, once this one has passed it."""
    (seq,) = await house.store(odf("XA"))
    _, page = await house.get("/v1/log")
    cursor = f"{page['next'].split(':')[0]}:{seq + 1}"
    early = asyncio.ensure_future(house.get(f"/v1/log?after={cursor}"))
    socket = asyncio.ensure_future(Raw.open(house.url, f"after={cursor}"))
    await asyncio.sleep(0.05)
    assert not early.done()
    await house.store(odf("XA", 2))
    status, page = await early
    assert (status, page["messages"], page["next"]) == (200, [], cursor)
    raw = await socket
    assert (await raw.text())["cursor"] == cursor
    (last,) = await house.store(odf("XA", 3))
    assert [message["seq"] for message in await raw.messages(1)] == [last]
    await raw.end()


async def test_a_cursor_that_stays_ahead_is_not_ready(house: House, monkeypatch: pytest.MonkeyPatch):
    """The reader keeps its cursor and asks again."""
    monkeypatch.setattr(reading, "AHEAD_SECONDS", 0.1)
    await house.store(odf("XA"))
    _, page = await house.get("/v1/log")
    cursor = f"{page['next'].split(':')[0]}:999"
    status, body = await house.get(f"/v1/log?after={cursor}")
    assert (status, body["error"]["name"]) == (503, "not_ready")
    raw = await Raw.open(house.url, f"after={cursor}")
    assert (await raw.text())["name"] == "not_ready"
    code, reason = await raw.closed()
    assert code == 1012
    assert cursor in reason.decode()


async def test_who_leaves_while_its_place_is_waited_for_is_no_failure(house: House, caplog: pytest.LogCaptureFixture):
    """Nothing is served to a connection that is gone, nothing is kept, nothing is written to the program's log."""
    await house.store(odf("XA"))
    _, page = await house.get("/v1/log")
    cursor = f"{page['next'].split(':')[0]}:2"
    for path in ("stream", "sse", "log"):
        raw = await Raw.connect(house.url)
        raw.send(upgrade(house.url, f"after={cursor}", path=f"/v1/{path}"))
        await asyncio.sleep(0.05)
        raw.reset()
    await asyncio.sleep(0.05)
    await house.store(odf("XA", 2))
    await asyncio.sleep(0.05)
    assert not house.pump().subscribers
    assert not house.pump().pulls
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
