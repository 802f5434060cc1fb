import asyncio
import os
import resource
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream import broker as subject
from feed.stream.acks import publish_acked
from feed.stream.broker import Broker, read_health, silence
from feed.stream.child import Child, find_server, free_port
from feed.stream.connection import Connection, JetStreamError
from feed.stream.streams import last_sequence, set_up

Freeze = Callable[[int], Awaitable[None]]

Until = Callable[..., Awaitable[None]]
Connect = Callable[..., Awaitable[Connection]]


async def test_production_and_test_are_two_worlds(connect: Connect):
    """Both accounts answer, and neither sees the other's streams."""
    production, test = await connect("P"), await connect("T")
    await set_up(production)
    with pytest.raises(JetStreamError):
        await test.api("STREAM.INFO.FEED")


async def test_a_killed_server_comes_back_where_it_was(
    broker: Broker, connection: Connection, epoch: str, until: Until, caplog: pytest.LogCaptureFixture
):
    """After kill -9: same address, same passwords, same data, one restart counted and told."""
    seq = await publish_acked(connection, "feed.a", b"kept", timeout=2)
    os.kill(broker.pid, signal.SIGKILL)
    await until(lambda: broker.restarts == 1 and connection.is_connected)
    assert await last_sequence(connection) == seq
    assert await publish_acked(connection, "feed.a", b"next", timeout=2) == seq + 1
    assert [record.name for record in caplog.records].count("feed.broker") == 1


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_it_lives_on_both_event_loops(tmp_path: Path, run: Callable[..., None]):
    """Start, restart after a kill, and stop under asyncio and under uvloop; nothing of it is left."""

    async def life() -> int:
        broker = Broker(tmp_path)
        await broker.start()
        os.kill(broker.pid, signal.SIGKILL)
        async with asyncio.timeout(10):
            while not broker.restarts or await broker.health():
                await asyncio.sleep(0.01)
        pid = broker.pid
        await broker.stop()
        await broker.stop()
        return pid

    with pytest.raises(ProcessLookupError):
        os.kill(run(life()), 0)


async def test_a_taken_port_is_one_clear_line(tmp_path: Path):
    """The error names folder, reason and address; nothing is left running and the folder is free again."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        broker = Broker(tmp_path, port=port)
        with pytest.raises(BrokerError) as refused:
            await broker.start()
    assert f"127.0.0.1:{port}" in refused.value.detail
    assert "address already in use" in refused.value.detail
    assert "\n" not in refused.value.detail
    assert broker.pid is None
    again = Broker(tmp_path)
    await again.start()
    await again.stop()


async def test_an_unusable_store_is_one_clear_line(tmp_path: Path):
    """A file where the store should be: the folder, and what the server says of it."""
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "store").touch()
    with pytest.raises(BrokerError, match=f"{tmp_path}/broker: .*not a directory"):
        await Broker(tmp_path).start()


async def test_a_second_run_on_the_folder_is_refused(broker: Broker, tmp_path: Path):
    """The second start names the owner; the first goes on."""
    with pytest.raises(BrokerError, match=f"in use by process {os.getpid()}"):
        await Broker(tmp_path).start()
    assert await broker.health() is None


async def test_a_full_disk_is_refused_before_anything_starts(tmp_path: Path):
    """Below the least free space no server is started."""
    broker = Broker(tmp_path, least_free=1 << 60)
    with pytest.raises(BrokerError, match="MB free"):
        await broker.start()
    assert broker.pid is None
    assert not (tmp_path / "broker").exists()


async def test_a_server_that_listens_without_jetstream_is_not_ready(tmp_path: Path, until: Until):
    """A port that is open is no answer: what it was asked for must come."""
    configuration = tmp_path / "nats.conf"
    configuration.write_text(f'listen: "127.0.0.1:{(port := free_port())}"')
    child = Child(find_server(), configuration)

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        await until(listens)
        assert "$JS.API.INFO" in (await silence(f"nats://127.0.0.1:{port}") or "")
    finally:
        await child.stop()


async def test_it_tells_when_it_cannot_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A server that ends at every start is given up, and `watch` says so with the reason."""
    monkeypatch.setattr(subject, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(subject, "LONGEST_DELAY", 0.01)
    broker = Broker(tmp_path)
    await broker.start()
    (tmp_path / "broker" / "nats.conf").write_text("{ broken")
    os.kill(broker.pid, signal.SIGKILL)
    with pytest.raises(BrokerError, match=r"9 times in a row: .*nats\.conf"):
        async with asyncio.timeout(10):
            await broker.watch()
    await broker.stop()


async def test_watching_ends_with_the_broker_or_the_watcher(tmp_path: Path):
    """`watch` returns after `stop`, and a cancelled watcher is cancelled, not satisfied."""
    broker = Broker(tmp_path)
    await broker.start()
    cancelled, watcher = asyncio.create_task(broker.watch()), asyncio.create_task(broker.watch())
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert not watcher.done()
    await broker.stop()
    async with asyncio.timeout(1):
        await watcher


async def test_health_is_the_servers_own_word(broker: Broker, connection: Connection, epoch: str):
    """A disk that refuses writes shows, though the server is connected and answers."""
    assert await broker.health() is None
    resource.prlimit(broker.pid, resource.RLIMIT_FSIZE, (1, 1))
    with pytest.raises(OutcomeUnknownError):
        await publish_acked(connection, "feed.a", b"x" * 1000, timeout=0.5)
    sentence = await broker.health()
    assert sentence is not None
    assert "FEED" in sentence


async def test_a_frozen_server_is_unhealthy_soon(freeze: Freeze, broker: Broker):
    """No answer is a finding too, within the second or so that a probe has."""
    for first_seen in (True, False):  # without and with a system connection from before
        await freeze(broker.pid)
        began = time.monotonic()
        assert "does not answer" in (await broker.health() or "")
        assert time.monotonic() - began < 2
        os.kill(broker.pid, signal.SIGCONT)
        if first_seen:
            async with asyncio.timeout(5):
                while await broker.health():
                    await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "payload, sentence",
    [
        (b'{"data":{"status":"ok","status_code":200}}', None),
        (b'{"data":{"status":"error","error":"disk"}}', "disk"),
        (b'{"data":{"status":"error","errors":[{"error":"a"},{"error":"b"}]}}', "a; b"),
        (b'{"data":{"status":"unavailable"}}', "the broker is unavailable"),
        (b'{"error":{"code":500}}', "the broker gives no health: {'code': 500}"),
    ],
)
def test_health_answers_are_read(payload: bytes, sentence: str | None):
    """Each form in which the server tells its health gives None or a sentence."""
    assert read_health(payload) == sentence


def test_an_unreadable_health_answer_is_not_health():
    """Garbage is no good news."""
    assert "cannot be read" in (read_health(b"\xff") or "")
