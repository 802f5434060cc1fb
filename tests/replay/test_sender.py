import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from replay import sender
from replay.sender import Sender, SendError
from tests.documents import odf
from tests.service_fixture import House, opened

Answer = Callable[[web.Request], Awaitable[web.Response]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "RETRY_SECONDS", 0.01)


async def send(handler: Answer) -> Sender:
    app = web.Application()
    app.router.add_post("/ingest/odf", handler)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        one = Sender(session, str(server.make_url("/")))
        await one.send(b"<x/>")
        return one


async def test_the_same_bytes_are_sent_until_they_are_stored():
    """503, a lost connection and an answer that breaks off mean `not known`: the bytes go again until 200."""
    bodies = []

    async def handler(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        match len(bodies):
            case 1:
                return web.Response(status=503)
            case 2:
                assert request.transport is not None
                request.transport.abort()
            case 3:
                assert request.transport is not None
                request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                request.transport.close()
        return web.Response(status=200)

    one = await send(handler)
    assert bodies[0] == b"<x/>"
    assert set(bodies) == {b"<x/>"}
    assert (one.tries, one.documents) == (len(bodies), 1)
    assert one.tries >= 3


async def test_a_refusal_is_final():
    """What the service refuses is raised with its words, and not sent again."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=422, text="bad_version")

    with pytest.raises(SendError, match="bad_version"):
        await send(handler)


async def test_a_document_that_was_sent_again_is_stored_once(tmp_path: Path):
    """With a broker that is away for a while: one message in the log."""
    async with opened(tmp_path, answer_ms=200) as house, aiohttp.ClientSession() as session:
        one = Sender(session, house.url)
        await _send_through_an_outage(house, one)
        assert one.documents == 1
        assert one.tries > 1
        await house.known(1)
        _, page = await house.get("/v1/log")
        assert [message["version"] for message in page["messages"]] == [1]


async def _send_through_an_outage(house: House, one: Sender) -> None:
    with house.frozen_broker():
        sending = asyncio.ensure_future(one.send(odf("XA")))
        async with asyncio.timeout(5):
            while one.tries < 2:
                await asyncio.sleep(0.01)
    await sending
