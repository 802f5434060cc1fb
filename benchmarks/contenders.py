"""What a fan-out is measured with: a bare loop, the service, nats-server's own WebSocket.

Each is a child process of its own; bare loop and service follow the same kind of stream of the same broker.
nats-server delivers in two ways: at once, as it is used for messages that may be lost, and stored first (a stream with
fsync that republishes), as the other two do.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.audience import Opening
from benchmarks.clients import upgrade_request
from benchmarks.plain import Stored, publish
from benchmarks.service import feed_up
from feed.stream.broker import Broker
from feed.stream.child import Child, find_server, free_port
from feed.stream.connection import Connection
from feed.stream.streams import STREAMS, StreamSpec, set_up
from feed.stream.wire import write_headers
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import splice_seq

START_SECONDS = 10.0
BARE = StreamSpec("BARE", "bare.>", 8 << 30, 1 << 20, 1)
STORED, OUT = "stored.", "out."  # where nats-server takes what it stores, and where it sends it then
_TOKENS = ("XB2030", "ATH", "M", "100M", "HEAT")  # of every topic in `benchmarks.stored`
FILTERS_MAX = 2 * 2 ** len(_TOKENS)
_SHORT_MAX = 125  # bytes of a frame whose length fits into its second byte

Publish = Callable[[str, list[bytes], int, float, float], None]  # as `benchmarks.plain.publish`


@dataclass(frozen=True)
class Contender:
    """A server under test: `pid` is what its CPU time is read of, `nats` where its messages are published.

    `opening` makes a subscriber with filters, `sent` the message as it is published, and `size` tells how many bytes
    of a frame one takes, at least. `publish` sends what `command` makes of messages, `rate_max` of them a second at
    the most.
    """

    name: str
    pid: int
    nats: str
    port: int
    opening: Callable[[Sequence[str]], Opening]
    sent: Callable[[Stored], Stored]
    size: Callable[[Stored], int]
    command: Callable[[Stored], bytes] = attrgetter("command")
    publish: Publish = publish
    rate_max: float = inf


def filter_of(number: int) -> str:
    """One of FILTERS_MAX patterns that all take every result: each token is named or left open."""
    tokens = [each if number >> (place + 1) & 1 == 0 else "*" for place, each in enumerate(_TOKENS)]
    return ".".join(tokens) + (".*.result" if number & 1 else ".>")


@asynccontextmanager
async def contenders(folder: Path) -> AsyncIterator[list[Contender]]:
    """All of them, ready; the bare loop first."""
    async with (
        _broker(folder, (*STREAMS, BARE)) as (broker, nats),
        _bare(nats) as bare,
        feed_up(folder, broker, ("serve",)) as (url, pid),
        _native(folder / "native") as natives,
    ):
        yield [bare, _service(url, pid, nats), *natives]


@asynccontextmanager
async def alone(folder: Path, words: Sequence[str] = ("up",)) -> AsyncIterator[Contender]:
    """The service and no other, on a broker of its own, run by these words of `feed`."""
    async with _broker(folder) as (broker, nats), feed_up(folder, broker, words) as (url, pid):
        yield _service(url, pid, nats)


@asynccontextmanager
async def _broker(folder: Path, streams: tuple[StreamSpec, ...] = STREAMS) -> AsyncIterator[tuple[Broker, str]]:
    """A broker with its streams made, and its address with the login of P."""
    broker = Broker(folder)
    await broker.start()
    try:
        user, password = broker.credentials("P")
        link = await Connection.open(broker.url, user, password, "set-up")
        await set_up(link, streams)
        await link.close()
        yield broker, broker.address("P")
    finally:
        await broker.stop()


def _service(url: str, pid: int, nats: str) -> Contender:
    return Contender("service", pid, nats, urlsplit(url).port or 0, _reader, _as_it_is, _payload_size)


@asynccontextmanager
async def _bare(nats: str) -> AsyncIterator[Contender]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bare", nats, BARE.name, BARE.subject), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        line = (await child.stdout.readline()).decode().split()
        if line[:1] != ["ready"]:
            raise RuntimeError(f"the bare loop said {line}")
        yield Contender("bare loop", child.pid, nats, int(line[1]), lambda _: Opening(), _on_bare, _payload_size)
    finally:
        child.terminate()
        await child.wait()


@asynccontextmanager
async def _native(folder: Path) -> AsyncIterator[list[Contender]]:
    port, websocket = free_port(), free_port()
    child = Child(find_server(), _configured(folder, port, websocket))
    nats = f"nats://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(START_SECONDS):
            while not await listens(websocket):
                await asyncio.sleep(0.05)
        link = await Connection.open(nats)
        republish = {"src": f"{STORED}>", "dest": f"{OUT}>"}
        stream = {"name": "STORED", "subjects": [f"{STORED}>"], "storage": "file", "republish": republish}
        await link.api("STREAM.CREATE.STORED", stream)
        await link.close()
        yield [
            Contender("nats-server", child.pid, nats, websocket, _nats_reader, _with_seq, _nats_size),
            Contender("nats-server, stored", child.pid, nats, websocket, _stored_reader, _to_store, _stored_size),
        ]
    finally:
        await child.stop()


def _configured(folder: Path, port: int, websocket: int) -> Path:
    settings = {
        "listen": f"127.0.0.1:{port}",
        "ping_interval": "10m",
        "websocket": {"listen": f"127.0.0.1:{websocket}", "no_tls": True},
        "jetstream": {"store_dir": str(folder / "store"), "sync_interval": "always"},
    }
    folder.mkdir(parents=True)
    path = folder / "nats.conf"
    path.write_text(json.dumps(settings), "utf-8")
    return path


async def listens(port: int) -> bool:
    """Whether anybody does at this port."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _reader(filters: Sequence[str]) -> Opening:
    query = urlencode({"filter": filters}, doseq=True)
    return Opening(upgrade_request("127.0.0.1", f"/v1/stream?{query}"))


def _nats_reader(filters: Sequence[str]) -> Opening:
    return _nats_opening(SUBJECT_PREFIX, filters)


def _stored_reader(filters: Sequence[str]) -> Opening:
    return _nats_opening(OUT, filters)


def _nats_opening(prefix: str, filters: Sequence[str]) -> Opening:
    """A NATS client on a WebSocket; its one frame has a mask of zeros, which leaves the bytes as they are."""
    commands = ['CONNECT {"verbose":false,"headers":true}']
    commands += [f"SUB {prefix}{each} {number}" for number, each in enumerate(filters, 1)]
    words = "".join(f"{each}\r\n" for each in commands).encode()
    size = bytes((0x80 | len(words),)) if len(words) <= _SHORT_MAX else bytes((0x80 | 126,)) + len(words).to_bytes(2)
    return Opening(upgrade_request("127.0.0.1", "/"), b"\x82" + size + bytes(4) + words)


def _as_it_is(message: Stored) -> Stored:
    return message


def _on_bare(message: Stored) -> Stored:
    return Stored(message.subject.replace(SUBJECT_PREFIX, "bare.", 1), {}, message.payload)


def _with_seq(message: Stored) -> Stored:
    return Stored(message.subject, {}, splice_seq(message.payload, 1_000_000))


def _to_store(message: Stored) -> Stored:
    return Stored(message.subject.replace(SUBJECT_PREFIX, STORED, 1), {}, message.payload)


def _payload_size(message: Stored) -> int:
    return len(message.payload)


def _nats_size(message: Stored) -> int:
    size = len(message.payload)
    return len(f"MSG {message.subject} 1 {size}\r\n") + size + len("\r\n")


def _stored_size(message: Stored) -> int:
    """With the headers that a republishing stream adds."""
    subject, size = message.subject, len(message.payload)
    headers = write_headers(
        {
            "Nats-Stream": "STORED",
            "Nats-Subject": subject,
            "Nats-Sequence": "1000",
            "Nats-Time-Stamp": "2030-01-01T00:00:00.123456789Z",
            "Nats-Last-Sequence": "1000",
        }
    )
    head = f"HMSG {subject.replace(STORED, OUT, 1)} 1 {len(headers)} {len(headers) + size}\r\n"
    return len(head) + len(headers) + size + len("\r\n")
