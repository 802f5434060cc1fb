import asyncio
from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.beside import AIMS, LOADS, _aims, _row
from benchmarks.contenders import Contender
from benchmarks.fanout import Cost, Load, run
from benchmarks.peers import nchan, uwebsockets
from feed.stream.broker import Broker

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("short_rounds")]


LOAD = Load(40, 6, 600, 1)


async def check(server: Contender):
    """Everything comes, once, to everybody: otherwise the round would not end."""
    cost = await asyncio.wait_for(run(server, LOAD, 0.5), 20)
    assert cost.cpu >= 0
    assert 0 < cost.p50 <= cost.p99


@pytest.mark.skipif(not uwebsockets.is_here(), reason="benchmarks/peers/set-up.sh was not run")
async def test_uwebsockets_delivers_what_is_stored(tmp_path: Path):
    """Messages of the stream that it follows, with their sequence in front."""
    broker = Broker(tmp_path)
    await broker.start()
    try:
        async with uwebsockets.running(broker.address("P")) as server:
            await check(server)
    finally:
        await broker.stop()


@pytest.mark.skipif(not nchan.is_here(), reason="benchmarks/peers/set-up.sh was not run")
async def test_nchan_delivers_what_is_published(tmp_path: Path):
    """Messages of its own publisher; none is lost when that goes."""
    async with nchan.running(tmp_path / "nchan") as server:
        await check(server)


async def test_a_peer_that_is_not_here_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """On a machine without it the others are measured all the same."""
    monkeypatch.setattr(uwebsockets, "INSTALLED", tmp_path)
    monkeypatch.setattr(nchan, "MODULE", tmp_path / "none.so")
    async with peers.peers(tmp_path, "nats://127.0.0.1:1") as found:
        assert found == []


def test_aims_are_those_of_the_load_and_of_peers_that_are_here():
    """CPU and p99 of the service to theirs, round by round."""
    ours, theirs = [Cost(2, 1, 8), Cost(3, 1, 8)], [Cost(2, 1, 16), Cost(2, 1, 4)]
    found = {"service": ours, "uWebSockets": theirs}
    aims = _aims(LOADS[0], found)
    assert [(each.what.partition(": ")[2], each.figures, each.most) for each in aims] == [
        ("CPU to uWebSockets", [1, 1.5], 1.2),
        ("p99 to uWebSockets", [0.5, 2], 1.0),
    ]
    assert {rate for rate, *_ in AIMS} == {each.rate for each in LOADS}
    row = _row(LOAD, "uWebSockets", theirs, ours)
    assert row == (
        "| 40/s x 6 x 600 B | uWebSockets | 2.00 us | 1.25 (1.00 to 1.50) | 1.00 ms | 10.00 ms | 1.25 (0.50 to 2.00) |"
    )
    assert _row(LOAD, "service", ours, ours).count("| 1 |") == 2
