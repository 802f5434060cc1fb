import hashlib
import logging
import random
from pathlib import Path

import aiohttp
import pytest

from feed.stream.acks import publish_acked
from feed.stream.blobs import CHUNK_BYTES, Blobs
from schemas.message import BodyRef
from tests.serve.raw import Raw
from tests.service_fixture import Running, opened

SIZE = 3 * CHUNK_BYTES - 1
FOR_EVER = "public, max-age=31536000, immutable"


def some_bytes(seed: int, size: int = SIZE) -> bytes:
    return random.Random(seed).randbytes(size)


async def put(service: Running, data: bytes, media: str = "application/json", flag: str = "P") -> BodyRef:
    """Store a blob past the service."""
    async with service.broker(flag) as link:
        return await Blobs(link).put(data, media)


def url_of(service: Running, name: str, flag: str = "P") -> str:
    return f"{service.url}/v1/blobs/{name}?flag={flag}"


async def broken(service: Running, seed: int, place: int) -> str:
    """The name of a blob of three chunks, one of which holds other bytes."""
    data = some_bytes(seed)
    name = hashlib.sha256(data).hexdigest()
    async with service.broker() as link:
        await publish_acked(link, f"blob.{name}.{place}", bytes(CHUNK_BYTES), timeout=2)
        await Blobs(link).put(data, "application/json")
    return name


@pytest.mark.parametrize("size", [0, 1, SIZE, 20_000_000])
async def test_a_blob_is_answered_as_it_was_stored(service: Running, size: int):
    """Every byte, with its media type, its length, a strong tag, and leave to keep it for ever."""
    data = some_bytes(size, size)
    ref = await put(service, data, "text/x-own")
    async with aiohttp.ClientSession() as session, session.get(url_of(service, ref.sha256)) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/x-own"
        assert answer.headers["Content-Length"] == str(size)
        assert answer.headers["ETag"] == f'"{ref.sha256}"'
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert await answer.read() == data


@pytest.mark.parametrize(
    "media, saved_as",
    [
        ("image/png", None),
        ("audio/mpeg", None),
        ("application/json", None),
        ("application/pdf", "{}.pdf"),
        ("image/svg+xml", "{}.svg"),
        ("text/html", "{}"),
        ("application/octet-stream", "{}"),
    ],
)
async def test_what_a_venue_sent_runs_nowhere(service: Running, media: str, saved_as: str | None):
    """No browser guesses another type or runs a script of it; what it could run is saved, not opened."""
    ref = await put(service, f"<svg onload='alert(1)'/> {media}".encode(), media)
    async with aiohttp.ClientSession() as session, session.get(url_of(service, ref.sha256)) as answer:
        assert answer.headers["Content-Type"] == media
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        told = saved_as and f'attachment; filename="{saved_as.format(ref.sha256)}"'
        assert answer.headers.get("Content-Disposition") == told


async def test_head_has_the_headers_alone(service: Running):
    """The same as for GET, no body, and the connection stays usable."""
    ref = await put(service, some_bytes(2))
    url = url_of(service, ref.sha256)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        async with session.head(url) as head:
            assert await head.read() == b""
        async with session.get(url) as answer:
            assert len(await answer.read()) == SIZE
        names = ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Content-Security-Policy")
        assert [head.headers[name] for name in names] == [answer.headers[name] for name in names]
        assert head.status == 200


@pytest.mark.parametrize(
    "tags, status",
    [('"{0}"', 304), ('W/"{0}"', 304), ('"a", "{0}"', 304), ("*", 304), ('"a"', 200), ("{0}", 200)],
)
async def test_who_has_it_is_not_sent_it_again(service: Running, tags: str, status: int):
    """304 with tag and term when one of the reader's tags is the blob's."""
    ref = await put(service, some_bytes(3))
    headers = {"If-None-Match": tags.format(ref.sha256)}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url_of(service, ref.sha256), headers=headers) as answer,
    ):
        assert answer.status == status
        assert (answer.headers["ETag"], answer.headers["Cache-Control"]) == (f'"{ref.sha256}"', FOR_EVER)
        assert len(await answer.read()) == (0 if status == 304 else SIZE)


async def test_a_name_nobody_has_is_not_found(service: Running):
    """404 by name."""
    status, body = await service.get(f"/v1/blobs/{'0' * 64}")
    assert (status, body["error"]["name"]) == (404, "not_found")


@pytest.mark.parametrize("name", ["x", "0" * 63, "0" * 65, "F" * 64, "%3E", "0" * 63 + "%0A", "0" * 62 + ".1"])
async def test_what_is_no_name_of_a_blob_is_refused(service: Running, name: str):
    """Only 64 lower-case hex digits get as far as the stream."""
    status, body = await service.get(f"/v1/blobs/{name}")
    assert (status, body["error"]["name"]) == (400, "bad_request")


async def test_a_blob_belongs_to_its_flag(service: Running):
    """A test message's body is no blob of production."""
    ref = await put(service, some_bytes(4), flag="T")
    assert (await service.get(f"/v1/blobs/{ref.sha256}"))[0] == 404
    async with aiohttp.ClientSession() as session, session.get(url_of(service, ref.sha256, "T")) as answer:
        assert await answer.read() == some_bytes(4)


async def test_an_unknown_parameter_is_named(service: Running):
    """Nothing that is asked for is ignored."""
    status, body = await service.get(f"/v1/blobs/{'0' * 64}?range=1")
    assert (status, body["error"]["name"]) == (400, "unknown_parameter")


async def test_damaged_bytes_are_told_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Found before anything was written: 500 by name."""
    async with opened(tmp_path) as house:
        ref = BodyRef(sha256=hashlib.sha256(b"right").hexdigest(), bytes=5, media="application/json")
        async with house.broker() as link:
            await publish_acked(link, f"blob.{ref.sha256}.0", b"wrong", timeout=2)
            await Blobs(link).put(b"right", ref.media)
        status, body = await house.get(f"/v1/blobs/{ref.sha256}")
    assert (status, body["error"]["name"]) == (500, "damaged")
    assert [ref.sha256 in record.message for record in caplog.records if record.levelno == logging.ERROR] == [True]


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_damaged_bytes_are_never_a_whole_answer(service: Running, place: int):
    """Found on the way: the connection breaks before the promised length, so no reader takes it for right."""
    name = await broken(service, 10 + place, place)
    raw = await Raw.connect(service.url)
    raw.send(f"GET /v1/blobs/{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head = await raw.head()
    assert f"Content-Length: {SIZE}\r\n".encode() in head
    size = 0
    try:
        while part := await raw.reader.read(1 << 16):
            size += len(part)
    except ConnectionResetError:
        pass
    assert size < SIZE


async def test_a_silent_broker_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """503 by name while nobody can know whether it is there."""
    monkeypatch.setattr("feed.stream.blobs.READ_SECONDS", 0.2)
    async with opened(tmp_path) as house:
        with house.frozen_broker():
            status, body = await house.get(f"/v1/blobs/{'0' * 64}")
        assert (status, body["error"]["name"]) == (503, "not_ready")
        assert (await house.get(f"/v1/blobs/{'0' * 64}"))[0] == 404
