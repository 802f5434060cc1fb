import asyncio
import gzip

import pytest

from feed.push.post import THREAD_BYTES, Answer, Post, shown
from tests.push.inbox import KEY, Inbox, inbox


def in_seconds(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def sent(customer: Inbox, document: bytes, seconds: float = 5.0) -> Answer:
    post = Post(customer.url, KEY, 2)
    try:
        return await post.send(document, in_seconds(seconds))
    finally:
        await post.close()


@pytest.mark.parametrize("size", [10, 2 * THREAD_BYTES])
async def test_a_document_leaves_compressed(size: int):
    """Also one that is compressed beside the loop; the server here inflates it."""
    document = b'<OdfBody DocumentCode="C" DocumentType="T" Version="1">' + b"x" * size
    async with inbox() as customer:
        assert await sent(customer, document) == Answer(200)
        (arrived,) = customer.arrived
    assert arrived.document == document
    assert int(arrived.headers["Content-Length"]) <= len(gzip.compress(document)) + 20


async def test_who_is_not_there_is_named():
    """An error by its name, and no answer in time as one."""
    async with inbox() as customer:

        async def judge(_name: tuple[str, int], _attempt: int) -> int:
            await asyncio.sleep(1)
            return 200

        customer.judge = judge
        document = b'<OdfBody DocumentCode="C" DocumentType="T" Version="1"/>'
        assert await sent(customer, document, 0.05) == Answer(error="timeout")
    assert await sent(customer, document) == Answer(error="ClientConnectorError")


async def test_a_status_holds_whatever_follows_it():
    """An answer whose body never ends has come all the same."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12")
        await reader.read()
        writer.close()

    customer = Inbox()
    async with await asyncio.start_server(half, "127.0.0.1", 0) as server:
        customer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        assert await sent(customer, b"<x/>", 0.2) == Answer(200)


@pytest.mark.parametrize(
    "url, told",
    [
        ("https://me:secret@a.example/odf?token=secret#x", "https://a.example/odf"),
        ("http://a.example:8080", "http://a.example:8080"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)
def test_what_may_be_secret_is_not_shown(url: str, told: str):
    """Neither who logs in nor what stands behind the path."""
    assert shown(url) == told
