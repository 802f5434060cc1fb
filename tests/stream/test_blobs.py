import asyncio
import hashlib
import json
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import pytest

from feed.errors import DamagedError, OutcomeUnknownError
from feed.stream.acks import StreamFullError, publish_acked
from feed.stream.blobs import CHUNK_BYTES, IN_FLIGHT, NO_MESSAGE, Blobs
from feed.stream.broker import Broker
from feed.stream.connection import Connection, JetStreamError
from feed.stream.history import read
from feed.stream.streams import BLOB, set_up, usage
from feed.stream.wire import Incoming
from schemas.message import BodyRef

pytestmark = pytest.mark.usefixtures("epoch")
Connect = Callable[..., Awaitable[Connection]]
Until = Callable[..., Awaitable[None]]
MEDIA = "application/json"
CHUNKS = 3


def some_bytes(size: int = CHUNKS * CHUNK_BYTES - 1) -> bytes:
    """Bytes that nobody compresses, the same at every call."""
    return random.Random(size).randbytes(size)


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def whole(blobs: Blobs, ref: BodyRef) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(ref)])


async def copy(blobs: Blobs, ref: BodyRef, out: list[bytes]) -> None:
    async for chunk in blobs.read(ref):
        out.append(chunk)  # noqa: PERF401 - what comes before an error counts


async def records(connection: Connection) -> int:
    return (await usage(connection))["BLOB"].messages


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 20_000_000])
async def test_what_was_put_is_read_back(connection: Connection, size: int):
    """Of any size; named by its digest, in chunks of 512 kB and one record."""
    blobs, data = Blobs(connection), some_bytes(size)
    ref = await blobs.put(data, MEDIA)
    assert ref == BodyRef(sha256=name_of(data), bytes=size, media=MEDIA)
    assert await blobs.find(ref.sha256) == ref
    sizes = [len(chunk) async for chunk in blobs.read(ref)]
    assert all(0 < length <= CHUNK_BYTES for length in sizes)
    assert await records(connection) == -(-size // CHUNK_BYTES) + 1
    assert await whole(blobs, ref) == data


async def test_what_was_stored_after_a_time_is_not_there(connection: Connection, monkeypatch: pytest.MonkeyPatch):
    """Whoever answers: any copy of the stream, or its leader."""
    blobs, before = Blobs(connection), time.time_ns() // 1000
    ref = await blobs.put(b"{}", MEDIA)
    later = time.time_ns() // 1000 + 1_000_000
    real = connection.request

    async def behind(subject: str, *arguments: Any, **more: Any) -> Incoming:
        reply = await real(subject, *arguments, **more)
        return reply._replace(status=404) if ".DIRECT.GET." in subject else reply

    for answers in (real, behind):
        monkeypatch.setattr(connection, "request", answers)
        assert await blobs.find(ref.sha256, before - 1_000_000) is None
        assert await blobs.find(ref.sha256, later) == await blobs.find(ref.sha256) == ref


async def test_the_record_comes_last_and_says_what_it_is(connection: Connection):
    """`blob.<sha256>.<n>` the chunks, then `blob.<sha256>` with digest, bytes and media type."""
    data = some_bytes()
    ref = await Blobs(connection).put(data, MEDIA)
    *chunks, record = await read(connection, "BLOB", 1, 100)
    assert {chunk.subject: chunk.payload for chunk in chunks} == {
        f"blob.{ref.sha256}.{number}": data[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        for number in range(CHUNKS)
    }
    assert record.subject == f"blob.{ref.sha256}"
    assert json.loads(record.payload) == {"sha256": ref.sha256, "bytes": len(data), "media": MEDIA}


async def test_the_same_bytes_are_stored_once(connection: Connection):
    """Put again they change nothing, also under another media type: the first one stays."""
    data = some_bytes()
    first = await Blobs(connection).put(data, MEDIA)
    assert await Blobs(connection).put(data, "text/plain") == first
    assert await records(connection) == CHUNKS + 1


async def test_several_who_put_the_same_at_once_agree(connect: Connect):
    """Every chunk is stored once, and all of them are told the same."""
    data = some_bytes()
    connections = [await connect() for _ in range(4)]
    refs = await asyncio.gather(*(Blobs(each).put(data, MEDIA) for each in connections for _ in range(2)))
    assert len(set(refs)) == 1
    assert await records(connections[0]) == CHUNKS + 1
    assert await whole(Blobs(connections[0]), refs[0]) == data


async def test_no_more_than_a_few_chunks_are_on_their_way(connection: Connection, monkeypatch: pytest.MonkeyPatch):
    """Two puts at once share the places, so that what else is published does not wait behind many MB."""
    held = most = 0
    request = connection.request

    async def counted(subject: str, payload: bytes = b"", *rest: object, **options: object) -> Incoming:
        nonlocal held, most
        held += len(payload) > CHUNK_BYTES // 2
        most = max(most, held)
        try:
            return await request(subject, payload, *rest, **options)  # type: ignore[arg-type]  # passed on as they came
        finally:
            held -= len(payload) > CHUNK_BYTES // 2

    monkeypatch.setattr(connection, "request", counted)
    blobs = Blobs(connection)
    await asyncio.gather(*(blobs.put(some_bytes(size), MEDIA) for size in (5_000_000, 6_000_000)))
    assert most == IN_FLIGHT


async def test_a_write_that_broke_off_is_no_blob_and_is_completed_by_the_next(
    broker: Broker, connect: Connect, until: Until
):
    """Killed in the middle, the broker has chunks but no blob; put again, every chunk is there once."""
    link, observer = await connect(), await connect()
    data = some_bytes(20_000_000)
    putting = asyncio.ensure_future(Blobs(link).put(data, MEDIA))
    while await records(observer) < 2:
        assert not putting.done()
    os.kill(broker.pid, signal.SIGKILL)
    with pytest.raises(OutcomeUnknownError):
        await putting
    await until(lambda: broker.restarts and link.is_connected and observer.is_connected)
    assert 2 <= await records(observer) <= -(-len(data) // CHUNK_BYTES)
    blobs = Blobs(link)
    assert await blobs.find(name_of(data)) is None
    ref = await blobs.put(data, MEDIA)
    assert await records(observer) == -(-len(data) // CHUNK_BYTES) + 1
    assert await whole(blobs, ref) == data


async def test_a_blob_outlives_the_broker(broker: Broker, connection: Connection, until: Until):
    """What was acknowledged is on disk."""
    blobs, data = Blobs(connection), some_bytes()
    ref = await blobs.put(data, MEDIA)
    os.kill(broker.pid, signal.SIGKILL)
    await until(lambda: broker.restarts and connection.is_connected)
    assert await blobs.find(ref.sha256) == ref
    assert await whole(blobs, ref) == data


async def test_each_flag_has_its_own(connect: Connect):
    """What is put for P is not there for T."""
    production, test = [Blobs(await connect(flag)) for flag in "PT"]
    await set_up(await connect("T"))
    ref = await production.put(b"x", MEDIA)
    assert await test.find(ref.sha256) is None


@pytest.mark.parametrize("wrong", [b"x", bytes(CHUNK_BYTES)])
@pytest.mark.parametrize("place", range(CHUNKS))
async def test_wrong_bytes_are_never_handed_out_to_the_end(connection: Connection, place: int, wrong: bytes):
    """A chunk of another content or length: reading raises before as many bytes as were promised are out."""
    data = some_bytes()
    await publish_acked(connection, f"blob.{name_of(data)}.{place}", wrong, timeout=2)
    blobs = Blobs(connection)
    ref = await blobs.put(data, MEDIA)
    out: list[bytes] = []
    with pytest.raises(DamagedError, match=ref.sha256):
        await copy(blobs, ref, out)
    assert len(b"".join(out)) < ref.bytes


@pytest.mark.parametrize(
    "record",
    [b"", b"{}", b"\xff", msgspec.json.encode(BodyRef(sha256="0" * 64, bytes=1, media=MEDIA))],
    ids=["empty", "other", "no text", "another name"],
)
async def test_a_record_that_is_not_ours_is_told(connection: Connection, record: bytes):
    """It is neither a blob nor silently none."""
    name = name_of(b"x")
    await publish_acked(connection, f"blob.{name}", record, timeout=2)
    with pytest.raises(DamagedError, match=name):
        await Blobs(connection).find(name)


async def test_a_frozen_broker_means_unknown(
    broker: Broker, connection: Connection, freeze: Callable[[int], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
):
    """Neither stored nor absent: ask again."""
    monkeypatch.setattr("feed.stream.blobs.READ_SECONDS", 0.2)
    await freeze(broker.pid)
    with pytest.raises(OutcomeUnknownError):
        await Blobs(connection).find("0" * 64)
    with pytest.raises(OutcomeUnknownError):
        await Blobs(connection).put(b"x", MEDIA)
    os.kill(broker.pid, signal.SIGCONT)


async def test_a_full_stream_is_told_as_it_is(connect: Connect):
    """The broker's own refusal, not a group of them; what was stored before is no blob."""
    link = await connect("T")
    await link.api("STREAM.CREATE.BLOB", BLOB.settings(1) | {"max_bytes": 2 * CHUNK_BYTES + 10_000})
    blobs, data = Blobs(link), some_bytes(10 * CHUNK_BYTES)
    with pytest.raises(StreamFullError):
        await blobs.put(data, MEDIA)
    assert await blobs.find(name_of(data)) is None


class Clustered(Connection):
    """Answers as a cluster can and a single server never does: `said` by the start of the subject."""

    said: Mapping[str, Incoming]

    async def request(self, subject: str, *rest: object, **options: object) -> Incoming:
        for start, answer in self.said.items():
            if subject.startswith(start):
                return answer
        return await super().request(subject, *rest, **options)  # type: ignore[arg-type]  # passed on as they came


async def test_a_copy_that_is_behind_does_not_hide_a_blob(broker: Broker):
    """When a direct get finds nothing, the leader is asked, who also knows what was stored a moment ago."""
    link = await Clustered.open(broker.url, *broker.credentials("P"))
    link.said = {"$JS.API.DIRECT.GET.BLOB.": Incoming("", "", 404, "Message Not Found", {}, b"")}
    blobs, data = Blobs(link), some_bytes()
    ref = await blobs.put(data, MEDIA)
    assert await blobs.find(ref.sha256) == ref
    assert await whole(blobs, ref) == data
    await link.close()


async def test_a_miss_of_what_is_still_on_its_way_is_not_stored(broker: Broker):
    """10164: another writer's chunk was proposed to the cluster and may yet get lost; only 10071 says it is there."""
    link = await Clustered.open(broker.url, *broker.credentials("P"))
    data = some_bytes()
    refusal = b'{"error":{"code":400,"err_code":10164,"description":"wrong last sequence"},"stream":"BLOB","seq":0}'
    link.said = {f"blob.{name_of(data)}.1": Incoming("", "", 0, "", {}, refusal)}
    with pytest.raises(OutcomeUnknownError, match="somebody else"):
        await Blobs(link).put(data, MEDIA)
    assert await Blobs(link).find(name_of(data)) is None
    await link.close()


async def test_the_leader_has_a_number_for_nothing(connection: Connection):
    """What the server says when there is no message at a subject."""
    with pytest.raises(JetStreamError) as none:
        await connection.api("STREAM.MSG.GET.BLOB", {"last_by_subj": "blob.x"})
    assert none.value.err_code == NO_MESSAGE
