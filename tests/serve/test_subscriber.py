import asyncio
import time
from pathlib import Path

import pytest

from feed.core.stall import StallWatch
from feed.serve import pump, subscriber
from tests.documents import fresh_competition, large, odf
from tests.serve.raw import BINARY, CLOSE, PING, TEXT, Raw, frame, op
from tests.service_fixture import House, Running, opened, wait_until


@pytest.mark.parametrize(
    "data, code",
    [
        pytest.param(frame(TEXT, b"{}", masked=False), 1002, id="unmasked"),
        pytest.param(frame(TEXT, b"{}", first=0xC0), 1002, id="reserved bit"),
        pytest.param(frame(0x3, b""), 1002, id="reserved opcode"),
        pytest.param(frame(0x0, b"x"), 1002, id="continuation of nothing"),
        pytest.param(frame(TEXT, b"x", first=0) + frame(TEXT, b"y"), 1002, id="text inside a text"),
        pytest.param(frame(PING, b"", first=0), 1002, id="ping in parts"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="ping too long"),
        pytest.param(frame(CLOSE, b"\x03"), 1002, id="half a close code"),
        pytest.param(frame(CLOSE, b"\x03\xed"), 1002, id="close code 1005"),
        pytest.param(frame(CLOSE, b"\x03\xe8\xff"), 1007, id="close reason not UTF-8"),
        pytest.param(frame(TEXT, b"\xff\xfe"), 1007, id="text not UTF-8"),
        pytest.param(frame(BINARY, b"{}"), 1003, id="binary"),
        pytest.param(frame(TEXT, b" " * 65_537), 1009, id="oversized"),
        pytest.param(frame(TEXT, b" " * 40_000, first=0) + frame(0x0, b" " * 40_000), 1009, id="oversized in parts"),
        pytest.param(frame(TEXT, b" " * 4_000_000), 1009, id="far oversized"),
    ],
)
async def test_a_broken_protocol_closes_with_its_code(service: Running, data: bytes, code: int):
    """Each violation of RFC 6455 ends that connection with the code for it, also while more is still being sent."""
    raw = await Raw.open(service.url)
    await raw.text()
    raw.send(data)
    found, reason = await raw.closed()
    assert found == code
    assert len(reason) <= 123


@pytest.mark.parametrize("payload, code", [(b"", 1000), (b"\x03\xe8bye", 1000), (b"\x0f\xa0", 4000)])
async def test_a_close_is_answered_and_the_socket_ends(service: Running, payload: bytes, code: int):
    """The client's close code comes back, nothing follows it, and the service closes the connection."""
    raw = await Raw.open(service.url)
    await raw.text()
    raw.send(frame(CLOSE, payload))
    assert (await raw.closed())[0] == code


async def test_nothing_a_client_says_behind_its_close_is_obeyed(service: Running):
    """Frames behind a close in the same bytes are dropped: no answer follows the close frame."""
    raw = await Raw.open(service.url)
    await raw.text()
    raw.send(frame(CLOSE) + frame(PING, b"late") + op(op="ping") + op(op="filter", filter=["XA.>"]))
    assert (await raw.closed())[0] == 1000


async def test_nothing_follows_a_close_frame_during_a_snapshot(house: House):
    """A reader that leaves in the middle of its snapshot gets what was written, the close frame, and no more."""
    await house.store(*(large("XA", unit=unit) for unit in range(1, 41)))
    raw = await Raw.open(house.url, "snapshot=1", buffer=4096)
    await raw.text()
    (one,) = house.pump().subscribers
    await wait_until(lambda: one.is_clogged)
    raw.send(frame(CLOSE))
    assert (await raw.closed())[0] == 1000  # its last frame, or this fails
    await wait_until(lambda: not house.pump().subscribers)


async def test_nothing_follows_a_close_frame_during_a_replay(house: House):
    """The same for a reader of the log; it is in no cohort afterwards."""
    await house.store(*(large("XA", version) for version in range(1, 41)))
    raw = await Raw.open(house.url, "after=0", buffer=4096)
    await raw.text()
    (one,) = house.pump().subscribers
    await wait_until(lambda: one.is_clogged)
    raw.send(frame(CLOSE))
    assert (await raw.closed())[0] == 1000
    await wait_until(lambda: not house.pump().subscribers)
    assert len(house.pump().cohorts) == 0


@pytest.mark.alone
async def test_a_client_that_never_closes_its_side_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch):
    """After a close frame the socket is held for LINGER_SECONDS at the most."""
    monkeypatch.setattr(subscriber, "LINGER_SECONDS", 0.1)
    raw = await Raw.open(house.url)
    await raw.text()
    raw.send(frame(BINARY, b"x"))
    assert (await raw.frame())[0] == CLOSE
    await wait_until(lambda: not house.pump().subscribers, 2)
    await raw.end()


async def test_who_takes_nothing_may_not_make_answers_pile_up(house: House):
    """A client that sends pings and never reads is not read any more once its answers clog the connection."""
    await house.store(*(large("XA", version) for version in range(1, 11)))
    raw = await Raw.open(house.url, "after=0", buffer=4096)
    (one,) = house.pump().subscribers
    await wait_until(lambda: one.is_clogged)
    assert one.transport is not None
    before = one.written
    pings = frame(PING, b"x" * 125) * 1_000
    for _ in range(80):  # 10 MB of pings, as far as they are taken
        raw.send(pings)
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        await asyncio.sleep(0.01)
        assert one.written - before < 600_000
    raw.reset()


@pytest.mark.alone
async def test_a_reader_that_never_reads_costs_others_nothing_and_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The others get every message promptly; after the window without a byte taken it is aborted and counted."""
    monkeypatch.setattr(StallWatch.is_stalled, "__defaults__", (1_000_000,))
    monkeypatch.setattr(pump, "SWEEP_SECONDS", 0.1)
    async with opened(tmp_path) as house:
        reader = await Raw.open(house.url, "filter=XA.%3E")
        await reader.text()
        stuck = await Raw.open(house.url, "filter=XA.%3E", buffer=4096)
        stuck.writer.transport.pause_reading()
        slowest = 0.0
        version = 0
        while not house.pump().counts["stalled"]:
            version += 1
            began = time.monotonic()
            await house.store(large("XA", version))
            assert (await reader.messages(1))[0]["version"] == version
            slowest = max(slowest, time.monotonic() - began)
            assert version < 400
        assert slowest < 0.8
        await wait_until(lambda: len(house.pump().subscribers) == 1)
        assert 'feed_stalled_total{flag="P"} 1.0' in await house.text("/metrics")
        await reader.end()
        stuck.reset()


@pytest.mark.alone
async def test_a_slow_reader_that_makes_progress_gets_everything_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Lag alone never costs a connection: it is served alone from the log, at its own pace, without gap or repeat."""
    monkeypatch.setattr(StallWatch.is_stalled, "__defaults__", (400_000,))
    monkeypatch.setattr(pump, "SWEEP_SECONDS", 0.05)
    async with opened(tmp_path) as house:
        slow = await Raw.open(house.url, "filter=XA.%3E", buffer=4096)
        await slow.text()
        seqs = await house.store(*(large("XA", version) for version in range(1, 26)))
        got = []
        for _ in seqs:
            await asyncio.sleep(0.04)  # its pace: in all longer than the window
            got += [message["seq"] for message in await slow.messages(1)]
        assert got == seqs
        assert house.pump().counts["lagging"] > 0
        assert house.pump().counts["stalled"] == 0
        (one,) = house.pump().subscribers
        await wait_until(lambda: one.task is None)  # it has met its cohort again
        fresh = await house.store(odf("XA", 99))
        assert [message["seq"] for message in await slow.messages(1)] == fresh
        await slow.end()


async def test_a_subscriber_that_vanishes_is_forgotten(house: House):
    """A reset connection leaves the pump; the others go on."""
    reader = await Raw.open(house.url)
    await reader.text()
    for query in ("", "after=0", "snapshot=1"):
        raw = await Raw.open(house.url, query)
        await raw.text()
        raw.reset()
    await wait_until(lambda: len(house.pump().subscribers) == 1)
    seqs = await house.store(odf("XA"))
    assert [message["seq"] for message in await reader.messages(1)] == seqs
    await reader.end()


async def test_frames_in_parts_and_several_at_once_are_understood(service: Running):
    """Client frames may come byte by byte, fragmented, and many in one segment."""
    competition = fresh_competition()
    raw = await Raw.open(service.url, f"filter={competition}.%3E")
    await raw.text()
    text = b'{"op":"ping"}'
    for byte in frame(TEXT, text[:5], first=0) + frame(PING, b"between") + frame(0x0, text[5:]):
        raw.send(bytes((byte,)))
        await raw.writer.drain()
    assert (await raw.frame())[1] == b"between"
    assert (await raw.text())["type"] == "pong"
    raw.send(op(op="ping") * 50)
    assert [(await raw.text())["type"] for _ in range(50)] == ["pong"] * 50
    await raw.end()
