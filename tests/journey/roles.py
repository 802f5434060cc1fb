"""Roles as processes of their own on one broker, which the test itself runs."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from feed.stream.broker import Broker
from feed.stream.connection import Connection
from tests.journey.service import Feed, serving


class Nodes:
    """Starts nodes on one broker; each has a folder of its own."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self._folder = folder
        self._broker = broker
        self._count = 0

    def node(self, role: str, *arguments: str) -> contextlib.AbstractAsyncContextManager[Feed]:
        """`feed ROLE` on the broker until the context ends."""
        self._count += 1
        accounts = "--nats", self._address("P"), "--nats-test", self._address("T")
        return serving(self._folder / f"{role}{self._count}", *accounts, *arguments, role=role)

    @contextlib.asynccontextmanager
    async def link(self) -> AsyncIterator[Connection]:
        """A connection of our own to the account P."""
        link = await Connection.open(self._broker.url, *self._broker.credentials("P"), "test")
        try:
            yield link
        finally:
            await link.close()

    def _address(self, flag: str) -> str:
        return self._broker.address("P" if flag == "P" else "T")


@contextlib.asynccontextmanager
async def one_broker(folder: Path) -> AsyncIterator[Nodes]:
    """A broker for services in other processes."""
    broker = Broker(folder / "broker")
    await broker.start()
    try:
        yield Nodes(folder, broker)
    finally:
        await broker.stop()
