import asyncio
import gzip
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from replay import capture
from replay.capture import CaptureError, CaptureWriter, read_capture
from replay.proxy import Proxy, proxy
from tests.documents import odf
from tests.service_fixture import House

Answer = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def before(url: str, path: Path, told: list[str] | None = None) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy in front of a service, recording into a file."""
    tell = told.append if told is not None else pytest.fail
    with CaptureWriter(path) as writer:
        async with proxy(url, writer, "127.0.0.1", 0, tell) as listening:
            yield listening


@asynccontextmanager
async def behind(handler: Answer) -> AsyncIterator[str]:
    """A service of one door that does not touch the bytes."""
    app = web.Application()
    app.router.add_post("/ingest/{format}", handler)
    server = TestServer(app)
    await server.start_server(auto_decompress=False)
    yield str(server.make_url("/"))
    await server.close()


async def post(url: str, body: bytes, rest: str = "odf", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.post(URL(f"{url}/ingest/{rest}", encoded=True), data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status, await answer.read(), dict(answer.headers)


async def test_a_venue_sees_no_difference(house: House, tmp_path: Path):
    """Accepted, repeated, refused, of an unknown format: status and body are the service's own."""
    path = tmp_path / "a.capture"
    document = odf("XG")
    async with before(house.url, path) as (one, url):
        for body, rest, expected in (
            (document, "odf", 200),
            (document, "odf", 200),
            (b"<OdfBody", "odf", 422),
            (odf("XH"), "odf?source=GPS1", 200),
            (document, "odf?what=1", 400),
            (document, "other", 415),
        ):
            answer = await post(url, body, rest)
            direct = await post(house.url, body, rest)
            assert answer[0] == direct[0] == expected
            assert answer[2].keys() == direct[2].keys()
        assert one.passed == 6
    await house.known(2)
    _, page = await house.get("/v1/log")
    assert [message["competition"] for message in page["messages"]] == ["XG", "XH"]
    kept = [(each.source, each.format, each.data) for each in read_capture(path)]
    assert kept[:3] == [("", "odf", document), ("", "odf", document), ("", "odf", b"<OdfBody")]
    assert [each[:2] for each in kept[3:]] == [("GPS1", "odf"), ("", "odf"), ("", "other")]


async def test_the_service_gets_every_byte_and_header(tmp_path: Path):
    """Body, query, key and coding as the venue sent them, and nothing that the venue did not send."""
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.raw_path, dict(request.headers), await request.read()))
        return web.Response(status=299, body=b"\x1f\x8b\x00answer", headers={"Content-Encoding": "gzip", "X-Own": "1"})

    body = gzip.compress(b"<OdfBody/>")
    sent = {"Content-Encoding": "gzip", "X-API-KEY": "secret", "User-Agent": "timing 1", "Content-Type": "text/xml"}
    async with behind(handler) as url, before(url, tmp_path / "a") as (_, address):
        status, text, headers = await post(address, body, "odf?source=A%2FB+C", **sent)
    ((path, got, data),) = seen
    assert (path, data) == ("/ingest/odf?source=A%2FB+C", body)
    assert got.items() >= sent.items()
    assert (status, text, headers["Content-Encoding"], headers["X-Own"]) == (299, b"\x1f\x8b\x00answer", "gzip", "1")
    (captured,) = read_capture(tmp_path / "a")
    assert (captured.source, captured.format, captured.encoding) == ("A/B C", "odf", "gzip")
    assert captured.data == body
    assert b"secret" not in (tmp_path / "a").read_bytes()


async def test_the_service_gets_no_header_that_the_venue_did_not_send(tmp_path: Path):
    """A venue that says little is heard as such: no agent, no media type, no wishes of ours."""
    seen: list[set[str]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(set(request.headers))
        return web.Response()

    async with behind(handler) as url, before(url, tmp_path / "a") as (_, address):
        port = int(address.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /ingest/odf HTTP/1.1\r\nHost: venue\r\nContent-Length: 4\r\n\r\n<a/>")
        assert b"200 OK" in await reader.readline()
        writer.close()
        await writer.wait_closed()
    assert seen == [{"Host", "Content-Length"}]


async def test_a_document_is_in_the_file_before_it_is_answered(tmp_path: Path):
    """When the service looks at a document it can be read already; an end without warning loses none."""
    path = tmp_path / "a"
    there = []

    async def handler(request: web.Request) -> web.Response:
        there.append(await request.read() == [each.data for each in read_capture(path)][-1])
        return web.Response()

    async with behind(handler) as url, before(url, path) as (_, address):
        await asyncio.gather(*(post(address, b"<a n='%d'/>" % number) for number in range(3)))
        await post(address, b"<last/>")
    assert there[-1]
    assert len(there) == 4
    times = [each.recv for each in read_capture(path)]
    assert times == sorted(times)


async def test_a_service_that_is_away_is_told_as_such(tmp_path: Path):
    """503 and Retry-After, so that the venue sends it again; every try is in the file."""
    async with before("http://127.0.0.1:9", tmp_path / "a") as (one, url):
        for _ in range(2):
            status, text, headers = await post(url, b"<a/>")
            assert (status, headers["Retry-After"]) == (503, "1")
            assert b"not_reached" in text
        assert one.passed == 0
    assert len(list(read_capture(tmp_path / "a"))) == 2


async def test_a_full_disk_holds_up_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The document is passed on, and it is told that the file may lack it."""
    told: list[str] = []

    async def handler(_: web.Request) -> web.Response:
        return web.Response(text="stored")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    async with behind(handler) as url, before(url, tmp_path / "a", told) as (one, address):
        with monkeypatch.context() as patch:
            patch.setattr(capture.os, "pwrite", full)
            assert (await post(address, b"<a/>"))[:2] == (200, b"stored")
        assert (one.passed, one.missed) == (1, 1)
    assert "No space left on device" in told[0]


async def test_a_clock_that_is_set_back_breaks_nothing(tmp_path: Path):
    """A file that ends in the future is continued at its own end."""
    path = tmp_path / "a"
    future = 4_000_000_000_000_000
    with CaptureWriter(path) as writer:
        writer.append(capture.Captured(future, "", "odf", "", b"<a/>"))
    async with before("http://127.0.0.1:9", path) as (_, url):
        await post(url, b"<b/>")
    assert [(each.recv, each.data) for each in read_capture(path)] == [(future, b"<a/>"), (future, b"<b/>")]


async def test_a_port_that_is_taken_is_told(tmp_path: Path):
    """One clear error, with what to do."""
    async with before("http://127.0.0.1:9", tmp_path / "a") as (_, url):
        port = int(url.rpartition(":")[2])
        with CaptureWriter(tmp_path / "b") as writer, pytest.raises(CaptureError, match=f":{port}") as raised:
            async with proxy("http://127.0.0.1:9", writer, "127.0.0.1", port, pytest.fail):
                pass
        assert "--port" in raised.value.hint
