"""The service as a program of its own, on a broker that the baseline shares."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

from feed.stream.broker import Broker


@asynccontextmanager
async def feed_up(
    folder: Path, broker: Broker | None = None, words: Sequence[str] = ("up",)
) -> AsyncIterator[tuple[str, int]]:
    """`feed up`, or another command that serves, as a child; gives its address and process number."""
    environment = dict(os.environ)
    if broker is not None:
        environment["FEED_NATS"] = broker.address("P")
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "feed", *words, "--port", "0", "--data", str(folder), "--log-level", "warning",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    try:
        line = (await child.stdout.readline()).decode().split()
        if line[:1] != ["ready"]:
            raise RuntimeError(f"feed {words[0]} said {line}")
        yield line[1], child.pid
    finally:
        child.terminate()
        await child.wait()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, all its threads (ticks of 10 ms)."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def family_seconds(pid: int) -> float:
    """The same of a process and of those that it has started and that still run, and theirs."""
    spent = cpu_seconds(pid)
    for each in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has ended just now
            spent += cpu_seconds(each.pid)
    return spent
