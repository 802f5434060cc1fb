"""The cluster of deploy/cluster for a test: three brokers that can be killed, and roles that use them."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from feed.stream.connection import Connection
from tests.journey.service import ROOT, Feed, serving

SCRIPT = ROOT / "deploy" / "cluster" / "cluster.py"


class Cluster:
    """Three brokers in `folder`, and nodes of ours on them; each has a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cluster"
        self._nodes = folder
        self._count = 0
        self._settings = folder / "feed.toml"
        self._settings.write_text("replicas = 3\n")

    async def order(self, *words: str) -> str:
        """What the script prints; fails with what it complains of."""
        child = await asyncio.create_subprocess_exec(
            sys.executable, SCRIPT, "--folder", self.folder, *words, stdout=-1, stderr=-1, cwd=ROOT
        )
        out, err = await child.communicate()
        assert child.returncode == 0, err.decode()
        return out.decode()

    def address(self, flag: str = "P") -> str:
        """All brokers, with the login of a flag's account."""
        lines = dict(line.split("=", 1) for line in (self.folder / "feed.env").read_text().splitlines())
        return lines["FEED_NATS" if flag == "P" else "FEED_NATS_TEST"]

    def brokers(self) -> dict[str, str]:
        """Where each broker listens, by name."""
        ports = json.loads((self.folder / "plan.json").read_text())["ports"]
        return {name: f"127.0.0.1:{client}" for name, (client, _) in ports.items()}

    @contextlib.asynccontextmanager
    async def node(self, role: str, *arguments: str) -> AsyncIterator[Feed]:
        """`feed ROLE` on the cluster until the context ends."""
        self._count += 1
        accounts = "--nats", self.address("P"), "--nats-test", self.address("T"), "--config", str(self._settings)
        async with serving(self._nodes / f"{role}{self._count}", *accounts, *arguments, role=role) as feed:
            yield feed

    @contextlib.asynccontextmanager
    async def link(self, url: str = "") -> AsyncIterator[Connection]:
        """A connection of our own to account P, or to what is named."""
        link = await Connection.open(url or self.address(), name="test")
        try:
            yield link
        finally:
            await link.close()

    def link_to(self, broker: str) -> contextlib.AbstractAsyncContextManager[Connection]:
        """The same, made to one of them: of the others it is told."""
        login = self.address().partition("@")[0]
        return self.link(f"{login}@{self.brokers()[broker]}")

    async def leader(self, stream: str = "FEED") -> str:
        """The broker that leads a stream."""
        async with self.link() as link:
            return str((await link.api(f"STREAM.INFO.{stream}"))["cluster"]["leader"])


@contextlib.asynccontextmanager
async def three_brokers(folder: Path) -> AsyncIterator[Cluster]:
    """A cluster that is gone afterwards."""
    cluster = Cluster(folder)
    await cluster.order("start")
    try:
        yield cluster
    finally:
        await cluster.order("remove")
