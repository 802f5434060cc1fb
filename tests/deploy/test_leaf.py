"""deploy/leaf with two real servers: ours with the feed, and a broadcaster's own that holds a copy."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream.acks import publish_acked
from feed.stream.child import find_server, free_port
from feed.stream.connection import Connection, JetStreamError
from feed.stream.history import read
from feed.stream.pull import StreamMessage
from feed.stream.streams import KEYS, STREAMS, last_sequence, set_up, usage
from tests.service_fixture import ROOT

RECIPE = ROOT / "deploy" / "leaf"
LOGINS = {
    name: f"of-{name.lower()}" for name in ("P_PASSWORD", "T_PASSWORD", "SYS_PASSWORD", "LOTUS_PASSWORD", "PASSWORD")
}
LIMIT = 20.0


class Sides:
    """Both servers, and the wire between them, which can be cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {port: free_port() for port in (4222, 7422, 4223)}
        self.wire = free_port()
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        self._ends: set[asyncio.StreamWriter] = set()

    def start(self, name: str) -> None:
        """A server as the recipe sets it up, but for the ports."""
        text = (RECIPE / f"{name}.conf").read_text()
        for port, free in self.ports.items():
            text = text.replace(f":{port}", f":{free}")
        configuration = self.folder / f"{name}.conf"
        configuration.write_text(text)
        url = f"nats-leaf://lotus:{LOGINS['LOTUS_PASSWORD']}@127.0.0.1:{self.wire}"
        command = [find_server(), "-c", configuration, "-l", self.folder / f"{name}.log"]
        self._servers[name] = subprocess.Popen(command, cwd=self.folder, env=LOGINS | {"FEED_URL": url})

    def kill(self, name: str) -> None:
        server = self._servers.pop(name)
        server.kill()
        server.wait()

    def kill_all(self) -> None:
        for name in list(self._servers):
            self.kill(name)

    def cut(self) -> None:
        """What is on its way is lost."""
        for end in self._ends:
            end.transport.abort()

    @contextlib.asynccontextmanager
    async def wired(self) -> AsyncIterator[None]:
        """Carries bytes between the two while this lasts."""
        async with await asyncio.start_server(self._carry, "127.0.0.1", self.wire):
            yield
            self.cut()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there, out = await asyncio.open_connection("127.0.0.1", self.ports[7422])
            self._ends |= {writer, out}
            await asyncio.gather(_pass_on(reader, out), _pass_on(there, writer))

    async def connected(self, port: int, user: str, password: str) -> Connection:
        """A client of one of the servers, once that listens."""
        return await Connection.open(f"nats://127.0.0.1:{self.ports[port]}", user, LOGINS[password], limit=LIMIT)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.transport.abort()


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    sides = Sides(tmp_path_factory.mktemp("leaf"))
    sides.start("ours")
    yield sides
    sides.kill_all()


@pytest.fixture
async def feed(sides: Sides) -> AsyncIterator[Connection]:
    link = await sides.connected(4222, "feed", "P_PASSWORD")
    await set_up(link, (*STREAMS, KEYS))
    yield link
    await link.close()


async def _answers(link: Connection) -> bool:
    try:
        return bool(await last_sequence(link) or True)
    except (OutcomeUnknownError, JetStreamError):
        return False


Store = Callable[[int], Awaitable[int]]


@pytest.fixture
def store(feed: Connection) -> Store:
    async def store(count: int) -> int:
        """Publish so many messages and return the last sequence."""
        last = 0
        for number in range(count):
            headers = {"Feed-Version": str(number)}
            last = await publish_acked(feed, f"feed.XG.{number % 3}", b'{"n":%d}' % number, headers, timeout=5)
        return last

    return store


async def asked(link: Connection, subject: str, file: str) -> dict[str, Any]:
    """What `nats request SUBJECT "$(cat FILE)"` is answered."""
    answer: dict[str, Any] = json.loads((await link.request(subject, (RECIPE / file).read_bytes())).payload)
    return answer


async def held(link: Connection, last: int) -> list[StreamMessage]:
    """All messages of FEED, once there are so many."""
    async with asyncio.timeout(LIMIT):
        while await last_sequence(link) < last:
            await asyncio.sleep(0.02)
    return await read(link, "FEED", 1, last)


def without_guards(message: StreamMessage) -> tuple[object, ...]:
    """A message but for what told our broker when to store it, which no copy keeps."""
    kept = {
        name: text for name, text in message.headers.items() if not name.startswith(("Nats-Expected-", "Nats-Batch-"))
    }
    return message.seq, message.subject, kept, message.payload


async def test_a_copy_has_every_message_over_any_cut(sides: Sides, feed: Connection, store: Store):
    """Equal sequences and bytes, while the wire is cut and either server dies; ours knows how far it came."""
    await store(5)
    assert "error" not in await asked(feed, "$JS.API.CONSUMER.CREATE.FEED.lotus", "consumer.json")
    async with sides.wired():
        sides.start("theirs")
        theirs = await sides.connected(4223, "lotus", "PASSWORD")
        assert "error" not in await asked(theirs, "$JS.API.STREAM.CREATE.FEED", "stream.json")
        await held(theirs, await store(20))
        storing = asyncio.create_task(store(200))
        await asyncio.sleep(0)
        sides.cut()
        await held(theirs, await storing)
        sides.kill("theirs")
        last = await store(20)
        await theirs.close()
        sides.start("theirs")
        theirs = await sides.connected(4223, "lotus", "PASSWORD")
        await held(theirs, last)
        sides.kill("ours")
        sides.start("ours")
        await (await sides.connected(4222, "feed", "P_PASSWORD")).close()
        async with asyncio.timeout(LIMIT):
            while not feed.is_connected or not await _answers(feed):
                await asyncio.sleep(0.02)
        last = await store(20)
        assert list(map(without_guards, await held(theirs, last))) == list(map(without_guards, await held(feed, last)))
        async with asyncio.timeout(LIMIT):
            while (await feed.api("CONSUMER.INFO.FEED.lotus"))["ack_floor"]["stream_seq"] < last:
                await asyncio.sleep(0.05)
        await theirs.close()
        sides.kill("theirs")


class Leaf:
    """A leaf node that keeps to no permissions: the protocol of leaf nodes by hand, as user `lotus`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, sides: Sides, user: str = "lotus", login: str = "LOTUS_PASSWORD") -> AsyncIterator["Leaf"]:
        self = cls(*await asyncio.open_connection("127.0.0.1", sides.ports[7422]))
        await self._reader.readline()  # INFO
        wish = {"user": user, "pass": LOGINS[login], "name": "evil", "server_id": "E" * 56, "headers": True}
        self.send(f"CONNECT {json.dumps(wish)}")
        yield self
        self._writer.transport.abort()

    def send(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")

    async def heard(self) -> list[str]:
        """What came until it answers a ping, or `closed`: one line each."""
        self.send("PING")
        lines: list[str] = []
        async with asyncio.timeout(LIMIT):
            while not (line := await self._line()).startswith("PONG"):
                lines.append(line)
                if self._reader.at_eof():
                    return [*lines, "closed"]
        return lines

    async def _line(self) -> str:
        try:
            return (await self._reader.readline()).decode().strip()
        except ConnectionResetError:  # closed before it had read our ping
            self._reader.feed_eof()
            return ""

    async def farewell(self) -> str:
        """What came until it was closed, without a word from us: that would be answered by a reset."""
        async with asyncio.timeout(LIMIT):
            return (await self._reader.read()).decode()


async def stored(link: Connection) -> dict[str, dict[str, Any]]:
    """What each stream of the account is, and how much is in it."""
    found = await usage(link)
    return {name: (await link.api(f"STREAM.INFO.{name}"))["config"] | each._asdict() for name, each in found.items()}


@pytest.mark.parametrize(
    "subject, payload",
    [
        ("feed.XG.0", "x"),
        ("raw.x", "x"),
        ("keys.x", "x"),
        ("blob.x", "x"),
        ("$JS.API.STREAM.DELETE.FEED", ""),
        ("$JS.feed.API.STREAM.DELETE.FEED", ""),
        ("$JS.feed.API.STREAM.UPDATE.KEYS", '{"name":"KEYS","subjects":["keys.>"],"storage":"file","max_bytes":9}'),
        ("$JS.feed.API.CONSUMER.CREATE.FEED", '{"stream_name":"FEED","config":{"deliver_subject":"raw.evil"}}'),
        ("$JS.feed.API.CONSUMER.DELETE.FEED.other", ""),
    ],
)
async def test_a_broadcaster_changes_nothing(sides: Sides, feed: Connection, store: Store, subject: str, payload: str):
    """Neither a stream nor a consumer, even with a server that keeps to no permissions."""
    await store(2)
    other = json.loads((RECIPE / "consumer.json").read_text().replace("lotus", "other"))
    await feed.api("CONSUMER.CREATE.FEED.other", other)
    before = await stored(feed), (await feed.api("CONSUMER.NAMES.FEED"))["consumers"]
    async with Leaf.open(sides) as leaf:
        assert "closed" not in await leaf.heard()
        leaf.send(f"LMSG {subject} {len(payload)}\r\n{payload}")
        await leaf.heard()
        await feed.round_trip()
        assert (await stored(feed), (await feed.api("CONSUMER.NAMES.FEED"))["consumers"]) == before


async def test_a_broadcaster_hears_its_own_copy_alone(sides: Sides, feed: Connection, store: Store):
    """Not the stream's subjects, keys, raw bytes, the copy of another, nor anything of T."""
    test = await sides.connected(4222, "feed_test", "T_PASSWORD")
    await set_up(test)
    async with Leaf.open(sides) as leaf:
        for subject in (">", "feed.>", "keys.>", "raw.>", "mirror.*", "mirror.lotus", "$JS.>"):
            leaf.send(f"LS+ {subject}")
        assert "closed" not in await leaf.heard()
        await store(1)
        for link, subject in ((feed, "keys.x"), (feed, "raw.x"), (test, "feed.XG.0"), (test, "mirror.lotus")):
            link.publish(subject, b"secret")
        feed.publish("mirror.other", b"secret")
        feed.publish("mirror.lotus", b"own")
        await feed.round_trip()
        await test.round_trip()
        said = [line for line in await leaf.heard() if line.startswith("LMSG")]
        assert [line.split()[1] for line in said] == ["mirror.lotus"]
        leaf.send("LS+ mirror.other")
        assert "closed" in await leaf.heard()
    await test.close()


async def test_a_broadcaster_is_no_client(sides: Sides, feed: Connection):
    """Its login opens a leaf node and nothing else, and the service's own login opens none."""
    with pytest.raises(BrokerError, match="uthoriz"):
        await Connection.open(f"nats://127.0.0.1:{sides.ports[4222]}", "lotus", LOGINS["LOTUS_PASSWORD"])
    async with Leaf.open(sides, "feed", "P_PASSWORD") as leaf:
        assert "Authorization Violation" in await leaf.farewell()
