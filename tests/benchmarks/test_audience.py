import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from benchmarks import audience as audience_module
from benchmarks.audience import Audience, Frames, Opening, Schedule, lateness_of, percentiles
from feed.core.frames import text_frame

SIZE = 600
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("length", [SIZE, SIZE + 8, 70_000])
@pytest.mark.parametrize("cut", [1, 2, 3, 9, 599, 603, 1_000])
def test_messages_are_counted_wherever_frames_are_cut(pair: Pair, length: int, cut: int):
    """Control frames count nothing, messages once, when their last byte is there."""
    frames = Frames(length if length < 70_000 else 50_000)
    stream = b"".join((text_frame(b"hello"), text_frame(b"x" * length), text_frame(b""), text_frame(b"y" * length)))
    found = []
    for start in range(0, len(stream), cut):
        pair[0].sendall(stream[start : start + cut])
        found.append(frames.take(pair[1]))
    assert sum(found) == 2
    assert found[-1] == 1


def test_a_frame_that_holds_several_messages_counts_them_all(pair: Pair):
    """As nats-server joins what is pending."""
    pair[0].sendall(text_frame(b"x" * 3 * SIZE) + text_frame(b"x" * SIZE))
    assert Frames(SIZE).take(pair[1]) == 4


def test_a_closed_connection_is_no_silence(pair: Pair):
    """Else a round would end with too few deliveries."""
    pair[0].close()
    with pytest.raises(ConnectionError):
        Frames(SIZE).take(pair[1])


def test_latency_counts_from_the_planned_moment_and_leaves_out_the_warm_up():
    """Message n was due at start + n / rate; of two subscribers each delivery counts."""
    schedule = Schedule(start=100.0, rate=10, messages=4, skipped=2)
    prompt = ([100.25, 100.31], [3, 4])  # 50 ms and 10 ms after their moments
    late = ([101.3], [4])  # 1,100 and 1,000 ms
    found = percentiles(lateness_of([prompt, late], schedule))
    assert found.p50 == pytest.approx(50, rel=0.01)
    assert found.p99 == pytest.approx(1100, rel=0.01)


@pytest.mark.parametrize("each_max", [2, 100])
async def test_every_subscriber_is_waited_for(monkeypatch: pytest.MonkeyPatch, each_max: int):
    """`wait` returns when the last of them had the last message, and latency is of all deliveries and processes."""
    monkeypatch.setattr(audience_module, "EACH_MAX", each_max)
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    async with server:
        audience = await asyncio.to_thread(Audience, server.sockets[0].getsockname()[1], [Opening()] * 3, SIZE)
        while len(writers) < 3:
            await asyncio.sleep(0.01)
        waiting = asyncio.ensure_future(
            asyncio.to_thread(audience.wait, Schedule(time.perf_counter() - 1, 1, messages=2, skipped=1))
        )
        for writer in writers[:2]:
            writer.write(text_frame(b"x" * SIZE) * 2)
        done, _ = await asyncio.wait({waiting}, timeout=0.3)
        assert not done
        writers[2].write(text_frame(b"x" * SIZE) * 2)
        await waiting
        latency = await asyncio.to_thread(audience.latency)
        for writer in writers:
            writer.close()
    assert 0 < latency.p50 <= latency.p99
    assert latency.p99 > 300
