"""What an idle subscriber costs: the server's resident memory with 5,000 of them, less without, by connection."""

import asyncio
import resource
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from benchmarks.clients import Reader, same
from benchmarks.service import feed_up

CONNECTIONS = 5_000
AT_ONCE = 100
STAY_SECONDS = 12.0
HEARTBEATS = 3  # hello and at least two heartbeats


async def measure(folder: Path) -> list[str]:
    """Rows of a Markdown table."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    async with feed_up(folder) as (url, pid):
        await _connect(url, AT_ONCE)  # what the first connections load is not theirs
        await asyncio.sleep(1)
        before = psutil.Process(pid).memory_info().rss
        readers = await _connect(url, CONNECTIONS)
        await asyncio.sleep(STAY_SECONDS)
        after = psutil.Process(pid).memory_info().rss
        alive = sum(reader.is_open and reader.frames >= HEARTBEATS for reader in readers)
    each = (after - before) / CONNECTIONS
    return [
        f"Idle subscribers: {CONNECTIONS:,} open for {STAY_SECONDS:.0f} s, resident memory of the server process",
        "",
        "| connections | still connected, with heartbeats | memory before | memory after | by connection |",
        "| ---: | ---: | ---: | ---: | ---: |",
        f"| {CONNECTIONS:,} | {alive:,} | {before / 1e6:.1f} MB | {after / 1e6:.1f} MB | {each / 1e3:.1f} kB |",
    ]


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
