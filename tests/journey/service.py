"""A service as a child that can be killed: its own process group, a known data folder, a fixed port."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from feed.stream.connection import Connection

ROOT = Path(__file__).parents[2]
READY_SECONDS = 20.0
STOP_SECONDS = 10.0


def fixed_port() -> int:
    """A free port below those that outgoing connections get: while the service is away, nobody else takes it."""
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Feed:
    """One service. `arguments` are further ones of its command, `feed ROLE`; its log is `FOLDER/feed.log`."""

    def __init__(self, folder: Path, *arguments: str, role: str = "up") -> None:
        folder.mkdir(exist_ok=True)
        self.data = folder / "data"
        self.log = folder / "feed.log"
        self.url = f"http://127.0.0.1:{(port := fixed_port())}"
        self.starts = 0
        self._command = [sys.executable, "-m", "feed", role, "--port", str(port), "--data", str(self.data), *arguments]
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> float:
        """Start it and return the seconds it took to be ready; fails with its log when it ends instead."""
        began = time.monotonic()
        environment = {name: text for name, text in os.environ.items() if not name.startswith("FEED_")}
        with self.log.open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                *self._command,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                cwd=self.log.parent,
                env=environment | {"PYTHONPATH": str(ROOT)},
            )
        assert self._child.stdout is not None
        async with asyncio.timeout(READY_SECONDS):
            line = await self._child.stdout.readline()
        assert line == f"ready {self.url}\n".encode(), self.log.read_text()[-4000:]
        self.starts += 1
        return time.monotonic() - began

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.returncode is None

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    async def kill9(self) -> None:
        """SIGKILL to the service alone; its broker must not outlive it."""
        brokers = self._brokers()
        os.kill(self.pid, signal.SIGKILL)
        assert self._child is not None
        await self._child.wait()
        async with asyncio.timeout(STOP_SECONDS):
            while any(broker.is_running() and broker.status() != psutil.STATUS_ZOMBIE for broker in brokers):
                await asyncio.sleep(0.005)

    async def kill9_broker(self) -> None:
        """SIGKILL to the broker; the service lives on. Waits first until there is one."""
        async with asyncio.timeout(READY_SECONDS):
            while not (brokers := self._brokers()):
                await asyncio.sleep(0.005)
        brokers[0].send_signal(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self._child is not None
        if self.is_running:
            self._child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            return await self._child.wait()

    @contextlib.asynccontextmanager
    async def broker(self, flag: str = "P") -> AsyncIterator[Connection]:
        """A connection of our own to the account of a flag, past the service."""
        configured = json.loads((self.data / "broker" / "nats.conf").read_text())
        login = configured["accounts"][flag]["users"][0]
        link = await Connection.open(f"nats://{configured['listen']}", login["user"], login["password"], "test")
        try:
            yield link
        finally:
            await link.close()

    def _brokers(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.pid).children()
            return [child for child in children if child.name() == "nats-server" and child.status() != "zombie"]
        return []


@contextlib.asynccontextmanager
async def serving(folder: Path, *arguments: str, role: str = "up") -> AsyncIterator[Feed]:
    """A running service; whatever still runs at the end is killed, and its log is printed for a test that failed."""
    feed = Feed(folder, *arguments, role=role)
    await feed.start()
    try:
        yield feed
    finally:
        if feed.is_running:
            await feed.kill9()
        print(feed.log.read_text()[-4000:])  # noqa: T201 - pytest shows it when the test failed
