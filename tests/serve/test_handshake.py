import asyncio
import json

import pytest

from tests.documents import fresh_competition, odf
from tests.serve.raw import CLOSE, PING, PONG, TEXT, Raw, frame, op, upgrade
from tests.service_fixture import Running


async def test_the_key_is_answered_as_the_rfc_says(service: Running):
    """The example of RFC 6455 section 1.3."""
    raw = await Raw.connect(service.url)
    raw.send(upgrade(service.url, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ=="))
    head = await raw.head()
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in head
    assert b"Extensions" not in head
    await raw.end()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Upgrade": None, "Connection": None}, id="a plain GET"),
        pytest.param({"Upgrade": "h2c"}, id="another protocol"),
        pytest.param({"Connection": "keep-alive"}, id="no Connection: Upgrade"),
        pytest.param({"Sec_WebSocket_Version": "8"}, id="an old version"),
        pytest.param({"Sec_WebSocket_Version": None}, id="no version"),
        pytest.param({"Sec_WebSocket_Key": None}, id="no key"),
        pytest.param({"Sec_WebSocket_Key": "c2hvcnQ="}, id="a short key"),
        pytest.param({"Sec_WebSocket_Key": "?" * 24}, id="no base64"),
    ],
)
async def test_what_is_no_websocket_is_told_so_by_http(service: Running, headers: dict[str, str | None]):
    """An invalid upgrade is a named 400, not a broken socket."""
    raw = await Raw.connect(service.url)
    raw.send(upgrade(service.url, **headers))
    head = await raw.head()
    assert head.startswith(b"HTTP/1.1 400 ")
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    body = json.loads(await raw.reader.readexactly(size))
    assert body["error"]["name"] == "bad_request"
    await raw.end()


@pytest.mark.parametrize("method", ["HEAD", "POST"])
async def test_only_get_is_upgraded(service: Running, method: str):
    """RFC 6455 section 4.1: the method of an upgrade is GET."""
    raw = await Raw.connect(service.url)
    raw.send(upgrade(service.url, method=method))
    assert (await raw.head()).startswith(b"HTTP/1.1 405 ")
    await raw.end()


async def test_early_bytes_are_understood_and_hello_still_comes_first(service: Running):
    """What a client sends right behind its request is obeyed, once the hello is out."""
    competition = fresh_competition()
    early = op(op="filter", filter=[f"{competition}.>"]) + frame(PING, b"early")
    raw = await Raw.open(service.url, "filter=NOBODY.%3E", early=early)
    assert [(await raw.text())["type"] for _ in range(2)] == ["hello", "filtered"]
    assert await raw.frame() == (PONG, b"early")
    seqs = await service.store(odf(competition))
    assert [message["seq"] for message in await raw.messages(1)] == seqs
    await raw.end()


async def test_many_early_bytes_are_understood(service: Running):
    """Also more than one read of the server."""
    raw = await Raw.open(service.url, early=frame(PING, b"x" * 100) * 5_000)
    assert (await raw.text())["type"] == "hello"
    for _ in range(5_000):
        assert await raw.frame() == (PONG, b"x" * 100)
    await raw.end()


async def test_half_an_early_frame_waits_for_its_other_half(service: Running):
    """A frame that is cut by the end of the first segment is one frame all the same."""
    whole = op(op="ping")
    raw = await Raw.open(service.url, early=whole[:7])
    assert (await raw.text())["type"] == "hello"
    raw.send(whole[7:])
    assert (await raw.text())["type"] == "pong"
    await raw.end()


async def test_an_early_close_is_answered_behind_the_hello(service: Running):
    """A client that leaves at once gets its hello and its close, and nothing after that."""
    raw = await Raw.open(service.url, "after=0", early=frame(CLOSE, b"\x03\xe8") + frame(TEXT, b"{}"))
    assert (await raw.text())["type"] == "hello"
    assert (await raw.closed())[0] == 1000


async def test_early_bytes_of_a_refused_subscriber_do_no_harm(service: Running):
    """The refusal is told by name, whatever was sent with the request."""
    raw = await Raw.open(service.url, "filter=", early=op(op="ping") + frame(TEXT, b"\xff"))
    assert (await raw.text())["name"] == "bad_filter"
    assert (await raw.closed())[0] == 4400


async def test_an_upgrade_on_a_used_connection_works(service: Running):
    """A connection that served a request before may be upgraded."""
    raw = await Raw.connect(service.url)
    raw.send(b"GET /schemas/ HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await raw.head()
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    await raw.reader.readexactly(size)
    raw.send(upgrade(service.url))
    assert (await raw.head()).startswith(b"HTTP/1.1 101 ")
    assert (await raw.text())["type"] == "hello"
    await raw.end()


async def test_a_request_sent_together_with_its_upgrade_is_answered_in_order(service: Running):
    """Pipelined: the answer to the first request comes before the upgrade's."""
    raw = await Raw.connect(service.url)
    raw.send(b"GET /schemas/ HTTP/1.1\r\nHost: x\r\n\r\n" + upgrade(service.url))
    head = await raw.head()
    assert head.startswith(b"HTTP/1.1 200 ")
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    await raw.reader.readexactly(size)
    assert (await raw.head()).startswith(b"HTTP/1.1 101 ")
    assert (await raw.text())["type"] == "hello"
    await raw.end()


async def test_two_hundred_subscribers_come_at_once(service: Running):
    """A join storm is served to the last one."""
    raws = await asyncio.gather(*(Raw.open(service.url) for _ in range(200)))
    assert {(await raw.text())["type"] for raw in raws} == {"hello"}
    for raw in raws:
        await raw.end()
