"""How far a service has come, and filling its log up to there."""

import asyncio
import json
import time

from benchmarks.audience import Opening, connected
from benchmarks.clients import frame_size, upgrade_request
from benchmarks.contenders import Contender
from benchmarks.plain import publish


async def fill(server: Contender, commands: list[bytes], count: int, rate: float) -> tuple[str, int]:
    """Publish so many messages and wait until the service has them; gives its epoch and tip."""
    _, before = await tip(server.port)
    await asyncio.to_thread(publish, server.nats, commands, count, time.perf_counter(), rate)
    return await tip(server.port, before + count)


async def tip(port: int, least: int = 0) -> tuple[str, int]:
    """Epoch and tip of the service, as soon as that has come so far."""
    while True:
        epoch, seq = await asyncio.to_thread(_hello, port)
        if seq >= least:
            return epoch, seq
        await asyncio.sleep(0.1)


def _hello(port: int) -> tuple[str, int]:
    with connected(port, Opening(upgrade_request("127.0.0.1"))) as sock:
        sock.setblocking(True)
        data = b""
        while not (size := frame_size(data)) or len(data) < size:
            data += sock.recv(4096)
    words = json.loads(data[data.index(b"{") : size])
    return words["epoch"], words["tip"]
