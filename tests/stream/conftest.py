"""A real nats-server for every test that wants one: it starts in a tenth of a second."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.streams import set_up

Until = Callable[..., Awaitable[None]]


@pytest.fixture
def until() -> Until:
    async def wait(condition: Callable[[], object], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s"
            await asyncio.sleep(0.005)

    return wait


@pytest.fixture
def freeze(until: Until) -> Callable[[int], Awaitable[None]]:
    async def freeze(pid: int) -> None:
        """Stop a process and return when every thread of it stands still: until then it may answer once more."""
        os.kill(pid, signal.SIGSTOP)
        stats = [Path(f"/proc/{pid}/task/{thread.id}/stat") for thread in psutil.Process(pid).threads()]
        await until(lambda: all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in stats))

    return freeze


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    broker = Broker(tmp_path)
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
async def connect(broker: Broker) -> AsyncIterator[Callable[..., Awaitable[Connection]]]:
    opened: list[Connection] = []

    async def connect(flag: str = "P", **options: object) -> Connection:
        opened.append(await Connection.open(broker.url, *broker.credentials(flag), **options))
        return opened[-1]

    yield connect
    await asyncio.gather(*(connection.close() for connection in opened))


@pytest.fixture
async def connection(connect: Callable[..., Awaitable[Connection]]) -> Connection:
    return await connect()


@pytest.fixture
async def epoch(connection: Connection) -> str:
    return await set_up(connection)
