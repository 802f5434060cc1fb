import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from feed.client import Delivered, Feed
from feed.core.stall import StallWatch
from feed.listen import listen, url_of
from feed.serve.doorstep import Doorstep, Patience
from feed.serve.handshakes import Handshakes
from feed.tls import Doorplate
from tests.documents import large, odf
from tests.keyring import add, reader, revoke, sender
from tests.serve.raw import Raw, frame, op, upgrade
from tests.service_fixture import XML, House, opened, wait_until
from tests.tls import Pki

pytestmark = pytest.mark.alone
HEAD_SECONDS = 0.5


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
async def house(tmp_path: Path, pki: Pki) -> AsyncIterator[House]:
    """A service that speaks TLS and asks for certificates."""
    async with opened(tmp_path, **pki.doors(tls_client_authorities=str(pki.ca))) as house:
        yield house


@contextlib.asynccontextmanager
async def session(context: ssl.SSLContext, **headers: str) -> AsyncIterator[aiohttp.ClientSession]:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    async with aiohttp.ClientSession(headers=named, connector=aiohttp.TCPConnector(ssl=context)) as made:
        yield made


async def secured(url: str, context: ssl.SSLContext, buffer: int | None = None) -> Raw:
    """A connection by TLS that does what it is told; `buffer` bytes of receive buffer are soon full."""
    address = urlsplit(url)
    client = socket.socket()
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, (address.hostname, address.port))
    hostname = address.hostname
    return Raw(
        *await asyncio.open_connection(sock=client, ssl=context, server_hostname=hostname, limit=buffer or 1 << 16)
    )


async def raw_of(house: House, context: ssl.SSLContext, query: str = "", buffer: int | None = None) -> Raw:
    """A WebSocket by TLS."""
    raw = await secured(house.url, context, buffer)
    raw.send(upgrade(house.url, query))
    assert (await raw.head()).startswith(b"HTTP/1.1 101 ")
    return raw


async def posted(house: House, context: ssl.SSLContext, document: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    async with (
        session(context, **headers) as made,
        made.post(f"{house.url}/ingest/odf", data=document, headers=XML) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def test_a_subscriber_by_tls(house: House, pki: Pki, monkeypatch: pytest.MonkeyPatch):
    """Snapshot, live messages, orders and a close that the client may say first: as without, and as soon."""
    monkeypatch.setattr("feed.serve.subscriber.LINGER_SECONDS", 60)
    assert house.url.startswith("https://")
    status, body = await posted(house, pki.trust(), odf("XA"))
    assert status == 200, body
    async with contextlib.aclosing(aiter(Feed(house.url, trust=pki.trust()).follow(after="0"))) as told:
        while not isinstance(each := await anext(told), Delivered):
            pass
        assert each.seq == 1
    raw = await raw_of(house, pki.trust(), "snapshot=1")
    assert [(await raw.text())["type"] for _ in range(3)] == ["hello", "result", "snapshot_end"]
    raw.send(op(op="ping"))
    assert (await raw.text())["type"] == "pong"
    raw.send(frame(0x8, b"\x03\xe8"))
    assert (await raw.closed())[0] == 1000
    await wait_until(lambda: not house.pump().subscribers)
    await raw.end()


async def test_a_farewell_is_heard_by_tls(house: House, pki: Pki):
    """The reason comes before the end, on a socket and as an event, and the service waits for the client's own."""
    mine = reader()
    await add(house, mine)
    async with session(pki.trust(), **mine.named) as made, made.ws_connect(f"{house.url}/v1/stream") as follower:
        assert (await follower.receive_json())["type"] == "hello"
        async with made.get(f"{house.url}/v1/sse") as events:
            await revoke(house, mine)
            assert (await follower.receive_json())["name"] == "unauthorized"
            assert (await follower.receive()).data == 4401
            assert follower.close_code == 4401
            assert b"unauthorized" in await events.content.read()
    await wait_until(lambda: not house.pump().subscribers)


async def test_a_reader_who_never_reads_is_given_up_by_tls(house: House, pki: Pki, monkeypatch: pytest.MonkeyPatch):
    """And one who reads slowly is not, although the buffer below TLS takes a megabyte at once."""
    monkeypatch.setattr(StallWatch.is_stalled, "__defaults__", (1_200_000,))
    never = await raw_of(house, pki.trust(), "after=0", 8_192)
    slow = await asyncio.to_thread(_blocking, house.url, pki.trust())
    for number in range(12):
        await posted(house, pki.trust(), large("XA", number + 1, size=400_000))
    await wait_until(lambda: len([each for each in house.pump().subscribers if each.owed]) == 2)
    for _ in range(40):
        house.pump().sweep()
        await asyncio.to_thread(slow.recv, 16_384)
        await asyncio.sleep(0.05)
    assert (house.pump().counts["stalled"], len(house.pump().subscribers)) == (1, 1)
    never.writer.transport.abort()
    slow.close()


def _blocking(url: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A subscriber whose program reads record by record, with nothing in between that would read on."""
    address = urlsplit(url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
    client.connect((address.hostname, address.port))
    secured = context.wrap_socket(client, server_hostname=address.hostname)
    secured.sendall(upgrade(url, "after=0"))
    return secured


class Step:
    """Doors behind a doorstep and TLS, at `url`; two connections of one address may stand there."""

    def __init__(self, url: str, doorstep: Doorstep) -> None:
        self.url = url
        self.doorstep = doorstep


async def _hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


@pytest.fixture
async def step(pki: Pki) -> AsyncIterator[Step]:
    app = web.Application()
    app.router.add_get("/", _hello)
    inner = web.AppRunner(app)
    await inner.setup()
    assert inner.server is not None
    doorstep = Doorstep(inner.server, Patience(HEAD_SECONDS, 2, 3), Counter(), access_log=None)
    runner = web.ServerRunner(doorstep)
    await runner.setup()
    bound = listen("127.0.0.1", 0)
    handshakes = Handshakes(doorstep, bound, Doorplate(*map(str, pki.issue("127.0.0.1")), None).context, HEAD_SECONDS)
    handshakes.start()
    yield Step(url_of(bound, is_secure=True), doorstep)
    await handshakes.stop()
    await runner.cleanup()
    await inner.cleanup()


@pytest.mark.parametrize(
    "said, why", [(b"", "slow"), (b"\x16\x03\x01", "slow"), (b"GET / HTTP/1.1\r\n\r\n", "handshake")]
)
async def test_a_handshake_has_as_long_as_a_head(step: Step, said: bytes, why: str):
    """Who says nothing, or a part, or no TLS at all, is counted and gone; nobody else is kept waiting."""
    raw = await Raw.connect(step.url)
    raw.send(said)
    async with asyncio.timeout(HEAD_SECONDS + 3):
        await raw.reader.read()
    await wait_until(lambda: step.doorstep.counts == {why: 1})
    assert not step.doorstep._standing
    await raw.end()


async def test_who_has_shaken_hands_must_ask_in_time(step: Step, pki: Pki):
    """408 by TLS, as without."""
    raw = await secured(step.url, pki.trust())
    assert (await raw.head()).split()[1] == b"408"
    await wait_until(lambda: step.doorstep.counts == {"slow": 1})
    raw.writer.transport.abort()


async def test_handshakes_count_as_connections(step: Step, pki: Pki):
    """Of one address there are as many as are allowed, also while they only shake hands; each is counted once."""
    silent = [await Raw.connect(step.url) for _ in range(2)]
    await wait_until(lambda: len(step.doorstep._standing) == 2)
    late = await Raw.connect(step.url)
    assert await late.reader.read() == b""
    assert step.doorstep.counts == {"address": 1}
    for raw in (*silent, late):
        await raw.end()
    await wait_until(lambda: not step.doorstep._standing)
    async with session(pki.trust()) as one, session(pki.trust()) as other, one.get(step.url) as first:
        assert first.status == 200
        async with other.get(step.url) as second:
            assert second.status == 200


async def test_a_source_is_known_by_its_certificate(house: House, pki: Pki):
    """Its key acts without a secret; by the certificate alone, by no other name, and not once it is revoked."""
    venue = sender(certificate="venue.example", source="GPS1")
    await add(house, venue, reader())
    mine, other = pki.issue("venue.example", file="venue"), pki.issue("else.example", file="else")
    document = odf("XA", Source="GPS1")
    assert (await posted(house, pki.trust(mine), document))[0] == 200
    status, body = await posted(house, pki.trust(mine), odf("XA", Source="STA1", Version="2"))
    assert (status, body["error"]["name"]) == (403, "wrong_source")
    for context in (pki.trust(), pki.trust(other)):
        assert (await posted(house, context, document))[0] == 401
        status, body = await posted(house, context, document, **venue.named)
        assert (status, body["error"]["name"]) == (403, "not_entitled")
    await revoke(house, venue)
    await wait_until(lambda: house.service._keys._consumer.delivered == 3)
    assert (await posted(house, pki.trust(mine), document))[0] == 401


async def test_a_certificate_goes_with_its_own_secret(house: House, pki: Pki):
    """Another key's is refused by name; where the certificate is of two keys the secret says which."""
    mine = pki.issue("venue.example", file="venue")
    first, second = sender(certificate="venue.example"), sender("T", certificate="venue.example")
    stranger = sender()
    await add(house, first, stranger)
    status, body = await posted(house, pki.trust(mine), odf("XA"), **stranger.named)
    assert (status, body["error"]["name"]) == (403, "not_entitled")
    assert first.key.id in body["error"]["detail"]
    assert (await posted(house, pki.trust(mine), odf("XA"), **first.named))[0] == 200
    await add(house, second)
    status, body = await posted(house, pki.trust(mine), odf("XA", Version="2"))
    assert (status, body["error"]["name"]) == (403, "not_entitled")
    assert (await posted(house, pki.trust(mine), odf("XA", Version="2"), **first.named))[0] == 200


async def test_a_certificate_of_another_authority_comes_to_nothing(house: House, pki: Pki, tmp_path: Path):
    """The handshake fails: who shows one that nobody vouches for is not taken for somebody without."""
    stranger = Pki(tmp_path / "other").issue("venue.example")
    await add(house, sender(certificate="venue.example"))
    with pytest.raises((aiohttp.ClientError, OSError)):
        await posted(house, pki.trust(stranger), odf("XA"))
    assert house.service.tip("P") == 0
    assert (await _turned_away(house, pki)).endswith(" 1.0")


async def test_a_renewed_certificate_holds_for_who_comes_next(house: House, pki: Pki, monkeypatch: pytest.MonkeyPatch):
    """Taken over from the files, without a restart; who is in stays in."""
    monkeypatch.setattr("feed.tls.LOOK_SECONDS", 0)
    before = await _serial(house, pki)
    raw = await raw_of(house, pki.trust())
    assert (await raw.text())["type"] == "hello"
    assert await _serial(house, pki) == before
    pki.issue("127.0.0.1", "localhost")
    assert await _serial(house, pki) != before
    raw.send(op(op="ping"))
    assert (await raw.text())["type"] == "pong"
    await raw.end()


async def _serial(house: House, pki: Pki) -> str:
    raw = await secured(house.url, pki.trust())
    raw.writer.transport.abort()
    return str(raw.writer.get_extra_info("peercert")["serialNumber"])


async def _turned_away(house: House, pki: Pki) -> str:
    async with session(pki.trust()) as made, made.get(f"{house.url}/metrics") as answer:
        return next(
            line for line in (await answer.text()).splitlines() if 'turned_away_total{reason="handshake"}' in line
        )
