"""What an idle subscriber costs: the server's resident memory with thousands of them, less without, by connection."""

import asyncio
import resource
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil

from benchmarks.aims import Aim, aimed
from benchmarks.clients import Reader, same
from benchmarks.service import feed_up

CONNECTIONS = (5_000, 10_000)
_MOST = 12.0  # kB
AT_ONCE = 100
STAY_SECONDS = 12.0
HEARTBEATS = 3  # hello and at least two heartbeats


class Found(NamedTuple):
    """How many were still connected, with heartbeats, and the service's resident memory in bytes."""

    alive: int
    before: int
    after: int


async def measure(
    folder: Path, connections: tuple[int, ...] = CONNECTIONS, stay: float = STAY_SECONDS, least: int = HEARTBEATS
) -> list[str]:
    """Rows of Markdown tables; each number of them has a service of its own."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    rows = [
        f"Idle subscribers: open for {stay:.0f} s, resident memory of the server process",
        "",
        "| connections | still connected, with heartbeats | memory before | memory after | by connection |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    aims = []
    for count in connections:
        alive, before, after = await _idle(folder / str(count), count, stay, least)
        each = (after - before) / count / 1e3
        rows.append(f"| {count:,} | {alive:,} | {before / 1e6:.1f} MB | {after / 1e6:.1f} MB | {each:.1f} kB |")
        aims.append(Aim(f"{count:,} connections: memory of each", [each], _MOST, "kB"))
        aims.append(Aim(f"{count:,} connections: lost, or without heartbeats", [count - alive], 0, "connections"))
    return [*rows, *aimed(aims)]


async def _idle(folder: Path, count: int, stay: float, least: int) -> Found:
    async with feed_up(folder) as (url, pid):
        await _connect(url, AT_ONCE)  # what the first connections load is not theirs
        await asyncio.sleep(1)
        before = psutil.Process(pid).memory_info().rss
        readers = await _connect(url, count)
        await asyncio.sleep(stay)
        after = psutil.Process(pid).memory_info().rss
        return Found(sum(reader.is_open and reader.frames >= least for reader in readers), before, after)


async def _connect(url: str, count: int) -> list[Reader]:
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 0
    loop = asyncio.get_running_loop()
    readers = [Reader(host) for _ in range(count)]
    for start in range(0, count, AT_ONCE):
        some = readers[start : start + AT_ONCE]
        await asyncio.gather(*(loop.create_connection(partial(same, each), host, port) for each in some))
    while not all(reader.frames for reader in readers):
        await asyncio.sleep(0.05)
    return readers
