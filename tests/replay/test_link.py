import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from replay.link import Address, AddressError, address_of, connect, read_answer

STORED = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"count":1}'


@contextlib.asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[tuple[Address, list[bytes]]]:
    """A server that sends these answers, one for each piece it gets; an empty one ends the connection."""
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            came.append(await reader.read(1 << 16))
            if not answer:
                break
            writer.write(answer)
        if all(answers):
            came.append(await reader.read(1 << 16))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1], "", is_secure=False), came


async def test_a_connection_is_used_again():
    """Two requests over one connection; head and body leave together."""
    async with answering(STORED, STORED) as (address, came):
        link = await connect(address)
        for body in (b"one", b"two"):
            answer = await link.post(b"HEAD\r\n\r\n", body, 5)
            assert (answer.status, answer.body) == (200, b'{"count":1}')
        assert link.is_open
        link.close()
    assert came[:2] == [b"HEAD\r\n\r\none", b"HEAD\r\n\r\ntwo"]


@pytest.mark.parametrize("answer", [b"", STORED[:-1], b"SSH-2.0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n{}"])
async def test_an_answer_that_is_none_leaves_the_outcome_unknown(answer: bytes):
    """The connection ends or stays silent, or somebody else answers: never a status."""
    async with answering(answer) as (address, _):
        link = await connect(address)
        with pytest.raises((ConnectionError, TimeoutError)):
            await link.post(b"HEAD\r\n\r\n", b"body", 0.1)
        await asyncio.sleep(0.01)
        assert not link.is_open
        with pytest.raises(ConnectionError):
            await link.post(b"HEAD\r\n\r\n", b"body", 0.1)


async def test_a_connection_that_the_service_closes_is_not_used_again():
    """`Connection: close` is heeded."""
    async with answering(STORED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) as (address, _):
        link = await connect(address)
        assert (await link.post(b"HEAD\r\n\r\n", b"body", 5)).status == 200
        assert not link.is_open


async def test_a_request_can_break_off():
    """What was said so far arrives, then the end."""
    async with answering(b"HTTP/1.1 100 Continue\r\n\r\n") as (address, came):
        link = await connect(address)
        link.break_off(b"HEAD\r\n\r\n", b"bo")
        while len(came) < 2:
            await asyncio.sleep(0.01)
    assert came == [b"HEAD\r\n\r\nbo", b""]


def test_an_answer_is_read_once_it_is_whole():
    """Byte by byte, counted and in chunks, after interim answers; the pause that it asks for is read."""
    chunked = (
        b"HTTP/1.1 503 Busy\r\nretry-after: 2\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    for whole in (STORED, b"HTTP/1.1 100 Continue\r\n\r\n" + STORED, chunked):
        assert all(read_answer(whole[:size]) is None for size in range(len(whole)))
        assert read_answer(whole)
    read = read_answer(chunked)
    assert read
    assert read.answer == (503, b"abcde", 2.0)


def test_an_address_is_taken_apart():
    """Scheme, host, port and what stands before the doors."""
    assert address_of("http://127.0.0.1:8080/") == ("127.0.0.1", 8080, "", False, None)
    assert address_of("https://feed.example/games/") == ("feed.example", 443, "/games", True, None)
    assert address_of("http://[::1]:8080").authority == "[::1]:8080"


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://x", "http://", "http://x:99999", "http://x/\r\nA: b", ""])
def test_what_is_no_address_is_told(url: str):
    """Before anything is sent."""
    with pytest.raises(AddressError, match="is no address"):
        address_of(url)
