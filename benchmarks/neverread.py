"""What subscribers that never read do to the others: p99 and the service's memory, with and without them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

from benchmarks.aims import Aim, aimed, ratios, spread
from benchmarks.audience import connected
from benchmarks.contenders import Contender, alone
from benchmarks.fanout import UNITS, Load, run
from benchmarks.stored import results
from benchmarks.tip import fill
from feed.core.log import MEMORY_BYTES

LOAD = Load(200, 100, 3_000, 1)
DEAF = 100
_LATENESS_MOST, _MEMORY_MOST = 1.2, 1.1
_FILL_RATE = 2_000
_SAMPLE_SECONDS = 0.25


class Round(NamedTuple):
    """Percentiles of those who read in milliseconds, and the most resident memory meanwhile in bytes."""

    p50: float
    p99: float
    memory: int


async def measure(folder: Path, rounds: int, seconds: float) -> list[str]:
    """Rows of Markdown tables, from a service of its own."""
    async with alone(folder) as server:
        return await measured(server, rounds, seconds)


async def measured(
    server: Contender, rounds: int, seconds: float, load: Load = LOAD, deaf: int = DEAF, filled: int = MEMORY_BYTES
) -> list[str]:
    """Rows of Markdown tables; which of a pair comes first alternates.

    First the log is filled up to its bounds in memory, near `filled` bytes: it would grow from round to round.
    """
    alone_found: list[Round] = []
    beside: list[Round] = []
    commands = [each.command for each in results(UNITS, load.size)]
    await fill(server, commands, filled // load.size + 1, _FILL_RATE)
    await _round(server, load, seconds, deaf)  # what the first round loads is in neither
    for number in range(rounds):
        pair = [(0, alone_found), (deaf, beside)]
        for count, found in pair if number % 2 == 0 else reversed(pair):
            found.append(await _round(server, load, seconds, count))
    late = ratios([each.p99 for each in beside], [each.p99 for each in alone_found])
    grown = ratios([each.memory for each in beside], [each.memory for each in alone_found])
    return [
        f"Subscribers that never read: {load}, {rounds} alternating pairs of {seconds:g} s, medians",
        "",
        "| beside | p50 | p99 | to alone (spread) | most memory | to alone (spread) |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        _row("nobody", alone_found, "1", "1"),
        _row(f"{deaf} that never read", beside, spread(late), spread(grown)),
        *aimed([Aim("p99 of the others", late, _LATENESS_MOST), Aim("memory of the service", grown, _MEMORY_MOST)]),
    ]


async def _round(server: Contender, load: Load, seconds: float, deaf: int) -> Round:
    opening = server.opening(("XB2030.>",))
    socks = [await asyncio.to_thread(connected, server.port, opening) for _ in range(deaf)]
    async with _watched(server.pid) as sizes:
        cost = await run(server, load, seconds)
    for sock in socks:
        _reset(sock)
    return Round(cost.p50, cost.p99, max(sizes))


@asynccontextmanager
async def _watched(pid: int) -> AsyncIterator[list[int]]:
    """Resident memory of a process, looked at again and again."""
    process = psutil.Process(pid)
    sizes = [process.memory_info().rss]

    async def look() -> None:
        while True:
            await asyncio.sleep(_SAMPLE_SECONDS)
            sizes.append(process.memory_info().rss)

    task = asyncio.ensure_future(look())
    try:
        yield sizes
    finally:
        task.cancel()


def _reset(sock: socket.socket) -> None:
    """Close it so that the kernel forgets at once what nobody will read."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


def _row(name: str, found: list[Round], late: str, grown: str) -> str:
    p50, p99, memory = (median(getattr(each, field) for each in found) for field in Round._fields)
    return f"| {name} | {p50:.2f} ms | {p99:.2f} ms | {late} | {memory / 1e6:.1f} MB | {grown} |"
