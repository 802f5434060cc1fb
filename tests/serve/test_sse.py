import asyncio
import random
from pathlib import Path

import aiohttp
import pytest

from feed.core.stall import StallWatch
from feed.serve import pump
from feed.serve.sse import RETRY_MILLISECONDS
from tests.documents import fresh_competition, large, odf
from tests.serve.eventsource import EventSource
from tests.serve.raw import Raw
from tests.service_fixture import House, Running, opened, wait_until

RESUMES = 20


def wish(competition: str, more: str = "") -> str:
    return f"filter={competition}.%3E{more}"


def get(url: str, query: str = "", version: str = "1.1") -> bytes:
    return f"GET /v1/sse?{query} HTTP/{version}\r\nHost: {url.removeprefix('http://')}\r\n\r\n".encode()


async def test_the_answer_is_a_stream_of_events_that_nobody_keeps(service: Running):
    """Its media type, no cache, no buffering by a proxy; one time to come back, then hello with its place."""
    async with EventSource(service.url, "flag=T") as source:
        headers = source.answer.headers
        assert (source.answer.status, headers["Content-Type"]) == (200, "text/event-stream")
        assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
        assert "Date" in headers
        hello = await source.event()
        assert hello is not None
        assert hello.name == "hello"
        assert hello.json["flag"] == "T"
        assert hello.id == hello.json["cursor"] == f"{hello.json['epoch']}:{hello.json['tip']}"
        assert len(source.retries) == 1
        assert RETRY_MILLISECONDS[0] <= source.retries[0] <= RETRY_MILLISECONDS[1]


async def test_a_message_is_an_event_with_its_cursor_and_its_type(service: Running):
    """`id:` is EPOCH:SEQ, `event:` the kind, `data:` the JSON that the log holds."""
    competition = fresh_competition()
    async with EventSource(service.url, wish(competition)) as source:
        hello = await source.event()
        assert hello is not None
        seqs = await service.store(odf(competition), odf(competition, DocumentType="DT_TEXT"))
        found = await source.messages(2)
        _, page = await service.get(f"/v1/log?{wish(competition)}")
    assert [event.json for event in found] == page["messages"]
    assert [event.name for event in found] == ["result", "document"]
    assert [event.id for event in found] == [f"{hello.json['epoch']}:{seq}" for seq in seqs]


async def test_a_replay_ends_by_name_and_does_not_move_its_reader_back(service: Running):
    """after=0 sends the log, replay_end, then what is new; the last id is the last message's."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in (1, 2, 3)))
    async with EventSource(service.url, wish(competition, "&after=0")) as source:
        _, *replay, end = await source.until("replay_end")
        assert [event.json["seq"] for event in replay] == seqs
        assert not end.said_id
        assert end.id == replay[-1].id
        fresh = await service.store(odf(competition, 4))
        assert [event.json["seq"] for event in await source.messages(1)] == fresh


async def test_a_snapshot_is_a_place_only_at_its_end(service: Running):
    """snapshot=1 sends the state without ids, then snapshot_end with the cut, then only what is newer."""
    competition = fresh_competition()
    _, *seqs = await service.store(odf(competition, 1), odf(competition, unit=2), odf(competition, 2))
    async with EventSource(service.url, wish(competition, "&snapshot=1")) as source:
        hello, *state, end = await source.until("snapshot_end")
        assert hello.json["cursor"] is None
        assert [event.json["seq"] for event in state] == seqs
        assert [event.said_id for event in (hello, *state)] == [False] * 3
        assert end.id == end.json["cursor"] == f"{hello.json['epoch']}:{hello.json['tip']}"
        fresh = await service.store(odf(competition, 3))
        assert [event.json["seq"] for event in await source.messages(1)] == fresh


async def test_who_is_cut_off_inside_a_snapshot_gets_it_whole_again(house: House):
    """Without a place of its own it comes back as it came first: nothing of the state is missing."""
    seqs = await house.store(*(large("XA", unit=unit) for unit in range(1, 11)))
    source = EventSource(house.url, "snapshot=1")
    await source.connect()
    await source.messages(4)
    assert source.last_event_id == ""
    await source.drop()
    seqs = seqs[1:] + await house.store(odf("XA", 2, unit=1, DocumentType="DT_TEXT"))
    async with source:
        _, *state, _ = await source.until("snapshot_end")
    assert [event.json["seq"] for event in state] == seqs


async def test_the_last_event_id_resumes_whatever_the_address_says(service: Running):
    """An EventSource comes back to the same address: its place wins over after= and snapshot=1 there."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in range(1, 6)))
    for query in ("", "&after=0", "&snapshot=1"):
        async with EventSource(service.url, wish(competition, query), str(seqs[2])) as source:
            hello, *missed, _ = await source.until("replay_end")
        assert hello.json["cursor"].endswith(f":{seqs[2]}")
        assert [event.json["seq"] for event in missed] == seqs[3:]


async def test_heartbeats_move_a_reader_with_a_narrow_filter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Everything that matches up to a heartbeat was written: it is a place to come back to, nothing is read twice."""
    monkeypatch.setattr(pump, "HEARTBEAT_SECONDS", 0.05)
    async with opened(tmp_path) as house, EventSource(house.url, "filter=NOBODY.%3E") as source:
        (seq,) = await house.store(odf("XA"))
        beat = await source.event()
        while beat is not None and (beat.name != "heartbeat" or beat.json["seq"] < seq):
            beat = await source.event()
        assert beat is not None
        assert beat.id == beat.json["cursor"] == source.last_event_id
        assert source.last_event_id.endswith(f":{seq}")


@pytest.mark.parametrize(
    "query, name", [("filter=x", "bad_filter"), ("after=x", "bad_cursor"), ("x=1", "unknown_parameter")]
)
async def test_an_error_is_an_event_and_its_id_ends_the_reader(service: Running, query: str, name: str):
    """A 200 with the error by name; who comes back with its id gets 204, which ends an EventSource."""
    async with EventSource(service.url, query) as source:
        error = await source.event()
        assert error is not None
        assert source.answer.status == 200
        assert source.answer.headers["Content-Type"] == "text/event-stream"
        assert (error.name, error.json["name"], error.id) == ("error", name, f"error:{name}")
        assert await source.event() is None
    async with source:
        assert source.answer.status == 204


@pytest.mark.parametrize("last_event_id, name", [("deadbeef:1", "wrong_epoch"), ("x", "bad_cursor")])
async def test_a_last_event_id_that_cannot_be_resumed_is_told(service: Running, last_event_id: str, name: str):
    """Never taken for something else, never ignored."""
    async with EventSource(service.url, "", last_event_id) as source:
        error = await source.event()
        assert error is not None
        assert (error.json["name"], error.id) == (name, f"error:{name}")


async def test_an_error_that_passes_leaves_the_reader_its_place(tmp_path: Path):
    """too_many is told without an id: the EventSource comes back by itself, with the place it had."""
    async with opened(tmp_path, connections_max=1) as house:
        (seq,) = await house.store(odf("XA"))
        async with EventSource(house.url) as kept:
            await kept.event()
            source = EventSource(house.url, "", str(seq - 1))
            async with source:
                error = await source.event()
                assert error is not None
                assert (error.name, error.json["name"]) == ("error", "too_many")
                assert source.retries
                assert await source.event() is None
        await wait_until(lambda: not house.pump().subscribers)
        async with source:
            assert [event.json["seq"] for event in await source.messages(1)] == [seq]


async def test_twenty_resumes_give_the_log(house: House):
    """A reader that is cut off at random places while messages come has the log: in order, no gap, no repeat."""
    chance = random.Random(7)
    writing = asyncio.ensure_future(house.store(*(odf("XA", version) for version in range(1, 201))))
    source = EventSource(house.url, "after=0")
    got: list[str] = []
    for _ in range(RESUMES):
        async with source:
            got += [event.data for event in await source.messages(chance.randint(1, 9))]
    seqs = await writing
    async with source:
        got += [event.data for event in await source.messages(len(seqs) - len(got))]
    async with aiohttp.ClientSession(headers={"Accept": "application/x-ndjson"}) as session:
        answer = await session.get(f"{house.url}/v1/log?limit=1000")
        assert (await answer.text()).splitlines() == got


async def test_readers_of_events_share_their_bytes(house: House):
    """The same wish in events is one cohort, beside that of the WebSockets."""
    raw = await Raw.open(house.url)
    async with EventSource(house.url) as one, EventSource(house.url) as two:
        for source in (one, two):
            await source.event()
        await wait_until(lambda: all(each.task is None for each in house.pump().subscribers))
        assert sorted(len(cohort.members) for cohort in house.pump().cohorts) == [1, 2]
        (seq,) = await house.store(odf("XA"))
        assert [(await source.messages(1))[0].json["seq"] for source in (one, two)] == [seq, seq]
        assert (await raw.messages(1))[0]["seq"] == seq
        assert house.pump().counts["writes"] == 3
    await raw.end()
    await wait_until(lambda: not house.pump().subscribers)
    assert len(house.pump().cohorts) == 0


async def test_the_farewell_is_an_event_that_leaves_the_place(tmp_path: Path):
    """When the service stops its readers are told, keep their last id, and resume there without gap or repeat."""
    async with opened(tmp_path) as house:
        await house.store(odf("XA"))
        source = EventSource(house.url, "after=0")
        await source.connect()
        (last,) = await source.messages(1)
    error = (await source.until("error"))[-1]
    assert (error.json["name"], error.said_id, error.id) == ("restarting", False, last.id)
    assert await source.event() is None
    await source.drop()
    async with opened(tmp_path) as house:
        seqs = await house.store(odf("XA", 2))
        source.address = EventSource(house.url, "after=0").address
        async with source:
            assert [event.json["seq"] for event in await source.messages(1)] == seqs


async def test_a_reader_of_events_that_never_reads_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The stall rule is the same for every encoding; another reader of the same wish notices nothing."""
    monkeypatch.setattr(StallWatch.is_stalled, "__defaults__", (500_000,))
    monkeypatch.setattr(pump, "SWEEP_SECONDS", 0.1)
    async with opened(tmp_path) as house, EventSource(house.url) as reader:
        stuck = await Raw.connect(house.url, buffer=4096)
        stuck.send(get(house.url))
        await stuck.head()
        stuck.writer.transport.pause_reading()
        version = 0
        while not house.pump().counts["stalled"]:
            version += 1
            await house.store(large("XA", version))
            assert (await reader.messages(1))[0].json["version"] == version
            assert version < 400
        await wait_until(lambda: len(house.pump().subscribers) == 1)
        stuck.reset()


async def test_what_a_reader_sends_behind_its_request_is_passed_over(service: Running):
    """Another request, or nonsense: the events go on."""
    competition = fresh_competition()
    raw = await Raw.connect(service.url)
    request = get(service.url, wish(competition))
    raw.send(request + request)
    assert b"\r\nConnection: close\r\n" in await raw.head()
    raw.send(b"\x00\xff" * 1_000)
    (seq,) = await service.store(odf(competition))
    async with asyncio.timeout(5):
        found = await raw.reader.readuntil(b'"seq":%d,' % seq)
    assert found.count(b"HTTP/1.1") == 0
    await raw.end()


async def test_an_old_http_client_can_read_events(service: Running):
    """The body has no chunks: HTTP/1.0 understands it."""
    raw = await Raw.connect(service.url)
    raw.send(get(service.url, version="1.0"))
    assert (await raw.head()).startswith(b"HTTP/1.1 200 OK\r\n")
    assert (await raw.reader.readline()).startswith(b"retry: ")
    await raw.end()


async def test_only_get_opens_a_stream_of_events(service: Running):
    """HEAD would leave its client waiting for the end of something that has none."""
    async with aiohttp.ClientSession() as session, session.head(f"{service.url}/v1/sse") as answer:
        assert answer.status == 405
