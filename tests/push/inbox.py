"""A customer of ODF: a small HTTP server that keeps what it is sent and answers as a test wants it."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiohttp import web

from feed.customers import CustomerSettings

KEY = "k3y-of-thirty-two-characters-xxx"
CUT = 0  # in the place of a status: the connection ends without one


class Arrived(NamedTuple):
    """One POST: when its answer was decided (microseconds UTC), its document, its headers, the answer."""

    at: int
    document: bytes
    headers: dict[str, str]
    status: int

    @property
    def name(self) -> tuple[str, int]:
        """Type and code, and the Version."""
        return name_of(self.document)


Judge = Callable[[tuple[str, int], int], Awaitable[int]]


async def takes(_name: tuple[str, int], _attempt: int) -> int:
    """Whatever comes."""
    return 200


class Inbox:
    """What came; `judge` gets the name of a document and how often it came before."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.judge: Judge = takes
        self.under_way = self.most_under_way = 0
        self.url = ""
        self._begun: Counter[tuple[str, int]] = Counter()

    def settings(self, **more: Any) -> CustomerSettings:
        """Of this customer."""
        return CustomerSettings(**{"url": self.url, "key": KEY, "start": "0"} | more)

    @property
    def taken(self) -> list[tuple[str, int]]:
        """Names of what was answered 200, in order."""
        return [each.name for each in self.arrived if each.status == 200]

    def held(self) -> dict[str, int]:
        """The Version taken last of each document."""
        return dict(self.taken)

    async def take(self, request: web.Request) -> web.Response:
        document = await request.read()
        name = name_of(document)
        attempt = self._begun[name]
        self._begun[name] += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            status = await self.judge(name, attempt)
        finally:
            self.under_way -= 1
        at = time.time_ns() // 1000
        self.arrived.append(Arrived(at, document, dict(request.headers), status))
        if status == CUT:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=status or 500)


def name_of(document: bytes) -> tuple[str, int]:
    """Of the header of an ODF document."""
    found = dict(re.findall(rb'(Document(?:Type|Code)|Version)="([^"]*)"', document[:1000]))
    return f"{found[b'DocumentType'].decode()} {found[b'DocumentCode'].decode()}", int(found[b"Version"])


@asynccontextmanager
async def inbox() -> AsyncIterator[Inbox]:
    """A customer that listens."""
    made = Inbox()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/odf", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server = site._server
    assert isinstance(server, asyncio.Server)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/odf?queue=s3cret"
    try:
        yield made
    finally:
        await runner.cleanup()
