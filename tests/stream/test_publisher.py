import asyncio
import contextlib
import gzip
import hashlib
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
import zstandard

from feed.candidate import Attachment, Candidate
from feed.core.gate import Accepted
from feed.core.index import Left, headers_of, read_index
from feed.core.lists import Change, Plan
from feed.core.outcome import Arrival
from feed.errors import OutcomeUnknownError
from feed.stream.acks import StreamFullError, publish_acked
from feed.stream.blobs import CHUNK_BYTES, Blobs
from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.publisher import CARRIED_BYTES_MAX, Publisher
from feed.stream.pull import StreamMessage
from feed.stream.streams import BLOB, usage
from feed.stream.tide import Tide
from schemas.document import Document, DocumentBody
from schemas.message import BodyRef, Op
from schemas.registry import AnyMessage
from schemas.result import ResultBody
from schemas.wire import decode, encode
from tests.core.makers import TOPIC, athlete, candidate, withdrawal

pytestmark = pytest.mark.usefixtures("epoch")
NOW = 1_909_346_172_145_000
FIRST = Accepted(0)
MB = 1_000_000
Connect = Callable[..., Awaitable[Connection]]
Until = Callable[..., Awaitable[None]]


@pytest.fixture
def publisher(connection: Connection) -> Publisher:
    return Publisher(connection, Tide(), lambda: NOW)


def document(xml: str, op: Op = Op.PUT) -> Candidate:
    """A document that is carried whole."""
    like = candidate().message
    envelope = {name: getattr(like, name) for name in like.__struct_fields__ if name not in {"op", "body"}}
    return Candidate(Document(**envelope, op=op, body=DocumentBody(xml)), "h")


def crowd(count: int) -> Candidate:
    """A result with many competitors, each short."""
    return candidate(body=ResultBody(competitors=tuple(athlete(f"{number:08}") for number in range(count))))


def chance(size: int) -> bytes:
    """Bytes that nobody compresses, the same at every call."""
    return random.Random(size).randbytes(size)


def with_contents(*contents: bytes, topic: str = TOPIC) -> Candidate:
    """A message that refers to these bytes."""
    refs = [BodyRef(sha256=hashlib.sha256(each).hexdigest(), bytes=len(each), media="image/png") for each in contents]
    attached = tuple(Attachment(*pair) for pair in zip(refs, contents, strict=True))
    return msgspec.structs.replace(candidate(topic=topic), attached=attached)


async def published(publisher: Publisher, new: Candidate) -> int:
    """The sequence of an entity that is published as the only one of its set."""
    ((_, seq),) = [pair async for batch in publisher.publish_all(Plan([Change(new, FIRST)]), "id") for pair in batch]
    return seq


async def retried(publisher: Publisher, new: Candidate) -> int:
    """The sequence of a message, as admission publishes it: again while the outcome is unknown."""
    while True:
        with contextlib.suppress(OutcomeUnknownError):
            seq = await publisher.publish(new, FIRST, "id")
            assert seq is not None
            return seq


async def pauses_until(working: asyncio.Future[Any]) -> list[float]:
    """How long the loop was held up until then, in seconds, ascending."""
    loop = asyncio.get_running_loop()
    pauses = []
    while not working.done():
        began = loop.time()
        await asyncio.sleep(0)
        pauses.append(loop.time() - began)
    pauses.sort()
    print(f"longest pauses: {[f'{pause * 1000:.1f} ms' for pause in pauses[-5:]]}")  # noqa: T201 - the point
    return pauses


async def stored(connection: Connection, stream: str = "FEED") -> AnyMessage:
    return decode((await read(connection, stream, 1, 1))[0].payload)


async def fetched(connection: Connection, ref: BodyRef) -> bytes:
    blobs = Blobs(connection)
    assert await blobs.find(ref.sha256) == ref
    return b"".join([part async for part in blobs.read(ref)])


@pytest.mark.parametrize("body", [ResultBody(competitors=(athlete("1"),)), ResultBody(venue="Zürich  \n Süd")])
async def test_what_is_told_to_be_stored_is_what_the_stream_has(
    connection: Connection, publisher: Publisher, body: ResultBody
):
    """Sequence, subject, headers and payload, so that nobody has to read it back."""
    told: list[StreamMessage] = []
    publisher.acknowledged = told.append
    await publisher.publish(candidate(body=body), Accepted(0, left=Left(venue="Ö 1", nocs="XXA")), "id")
    assert told == await read(connection, "FEED", 1, 1)


async def test_a_message_of_the_usual_size_carries_its_body(connection: Connection, publisher: Publisher):
    """There is no `body_ref` in its JSON, and nothing in BLOB."""
    new = crowd(3)
    assert await publisher.publish(new, FIRST, "id") == 1
    message = await stored(connection)
    assert isinstance(message.body, ResultBody)
    assert message.body == new.message.body
    assert "body_ref" not in json.loads((await read(connection, "FEED", 1, 1))[0].payload)
    assert (await usage(connection))["BLOB"].messages == 0


@pytest.mark.parametrize("new", [document("<a/>\n" * 300_000), crowd(4_000)], ids=["one long text", "many parts"])
async def test_a_large_body_is_kept_apart(connection: Connection, publisher: Publisher, new: Candidate):
    """The message names the blob in the place of its body; the blob is the body's JSON; headers tell of the body."""
    assert await publisher.publish(new, FIRST, "id") == 1
    (kept,) = await read(connection, "FEED", 1, 10)
    message = decode(kept.payload)
    assert json.loads(kept.payload)["body"] is None
    assert isinstance(message.body_ref, BodyRef)
    assert message.body_ref.media == "application/json"
    assert await fetched(connection, message.body_ref) == msgspec.json.encode(new.message.body)
    assert headers_of(new, "id").items() <= kept.headers.items()
    assert ("Feed-Athletes" in kept.headers) == isinstance(new.message.body, ResultBody)
    whole = msgspec.structs.replace(message, body=new.message.body, body_ref=msgspec.UNSET)
    assert whole == msgspec.structs.replace(new.message, ts=msgspec.structs.replace(new.message.ts, published=NOW))


@pytest.mark.parametrize("quotes", [0, 100])
async def test_the_limit_is_the_size_of_the_message(connection: Connection, publisher: Publisher, quotes: int):
    """512 kB as JSON are carried whole, one byte more is not."""
    stamped = document("")
    empty = len(encode(stamped.message)) + len(str(NOW)) - 1
    longest = CARRIED_BYTES_MAX - empty - 2 * quotes
    for seq, (length, is_apart) in enumerate([(longest, False), (longest + 1, True)]):
        new = document('"' * quotes + "x" * length)
        await publisher.publish(new, Accepted(seq), "id")
        message = decode((await read(connection, "FEED", seq + 1, 1))[0].payload)
        assert (message.body is None, message.body_ref is not msgspec.UNSET) == (is_apart, is_apart)


async def test_headers_tell_what_the_gate_saw(connection: Connection, publisher: Publisher):
    """Which venue the topic leaves, and its last OFFICIAL message; the next gate reads both."""
    await publisher.publish(withdrawal(), Accepted(0, official=5, left=Left(venue="STA")), "id")
    (kept,) = await read(connection, "FEED", 1, 1)
    index = read_index(kept.headers)
    assert (index.official, index.venue, index.left.venue) == (5, None, "STA")


async def test_a_tombstone_has_neither(connection: Connection, publisher: Publisher):
    """`body: null` without `body_ref` means that the topic is taken back."""
    await publisher.publish(withdrawal(), FIRST, "id")
    message = await stored(connection)
    assert (message.body, message.body_ref) == (None, msgspec.UNSET)


async def test_a_large_message_that_comes_too_late_is_not_stored(connection: Connection, publisher: Publisher):
    """The guard holds for it as for any other; the same body is not sent twice."""
    new = document("x" * MB)
    assert await publisher.publish(new, FIRST, "id") == 1
    blobs = (await usage(connection))["BLOB"].last_seq
    assert await publisher.publish(new, FIRST, "id") is None
    assert await publisher.publish(new, Accepted(1), "id") == 2
    assert (await usage(connection))["BLOB"].last_seq == blobs


async def test_raw_bytes_of_the_usual_size_are_in_their_record(connection: Connection, publisher: Publisher):
    """Compressed, with where they came from and when."""
    await publisher.archive("id", Arrival("odf", b"<a/>" * 1_000, "", NOW, "V"))
    (kept,) = await read(connection, "RAW", 1, 10)
    assert zstandard.decompress(kept.payload) == b"<a/>" * 1_000
    assert (kept.headers["Raw-Encoding"], kept.headers["Raw-Recv"]) == ("zstd", str(NOW))
    assert "Raw-Blob" not in kept.headers


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_large_raw_bytes_are_kept_apart(connection: Connection, publisher: Publisher, encoding: str):
    """The record names the blob and its size; archived again, there is still one of each."""
    plain = random.Random(1).randbytes(3 * MB)
    data = gzip.compress(plain, 1) if encoding else plain
    for _ in range(2):
        await publisher.archive("id", Arrival("odf", data, encoding, NOW))
    (kept,) = await read(connection, "RAW", 1, 10)
    assert kept.payload == b""
    ref = await Blobs(connection).find(kept.headers["Raw-Blob"])
    assert ref is not None
    assert kept.headers["Raw-Bytes"] == str(ref.bytes)
    packed = await fetched(connection, ref)
    assert packed == data if encoding else zstandard.decompress(packed) == plain
    assert ref.media == f"application/{kept.headers['Raw-Encoding']}"


async def test_what_is_attached_is_there_before_the_message(connect: Connect, publisher: Publisher, until: Until):
    """All of it is acknowledged when the message is sent: large and small, in the order of the document."""
    link, sent = await connect(), list[str]()
    for subject in ("blob.>", "feed.>"):
        await link.subscribe(subject, lambda each: sent.append(each.subject))
    await link.round_trip()
    new = with_contents(b"small", chance(CARRIED_BYTES_MAX + 1))
    assert await publisher.publish(new, FIRST, "id") == 1
    await until(lambda: sent[-1:] == [f"feed.{new.message.topic}"])
    first, second = (f"blob.{each.ref.sha256}" for each in new.attached)
    assert sent[:2] == [f"{first}.0", first]
    assert sorted(sent[2:4]) == [f"{second}.0", f"{second}.1"]
    assert sent[4:] == [second, f"feed.{new.message.topic}"]
    assert [await fetched(link, each.ref) for each in new.attached] == [each.content for each in new.attached]


@pytest.mark.parametrize("is_set", [False, True])
async def test_without_its_contents_a_message_is_not_published(
    connection: Connection, publisher: Publisher, *, is_set: bool
):
    """Nobody sees a message that refers to what is not there; when it can be stored, the same attempt succeeds."""
    new = with_contents(chance(3 * MB))
    await connection.api("STREAM.DELETE.BLOB")
    with pytest.raises(OutcomeUnknownError):
        await (published(publisher, new) if is_set else publisher.publish(new, FIRST, "id"))
    await connection.api("STREAM.CREATE.BLOB", BLOB.settings(1) | {"max_bytes": 2 * MB})
    with pytest.raises(StreamFullError):
        await (published(publisher, new) if is_set else publisher.publish(new, FIRST, "id"))
    assert (await usage(connection))["FEED"].messages == 0
    await connection.api("STREAM.UPDATE.BLOB", BLOB.settings(1))
    assert await (published(publisher, new) if is_set else publisher.publish(new, FIRST, "id")) == 1
    assert await fetched(connection, new.attached[0].ref) == new.attached[0].content


async def test_contents_left_by_a_publisher_that_died_are_used(connection: Connection, publisher: Publisher):
    """Killed behind some chunks, or behind all of them: the next one stores what is missing, then the message."""
    new = with_contents(chance(3 * MB))
    (each,) = new.attached
    whole = -(-len(each.content) // CHUNK_BYTES) + 1
    for number in (0, 3):
        part = each.content[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        await publish_acked(connection, f"blob.{each.ref.sha256}.{number}", part, timeout=2)
    assert await publisher.publish(new, FIRST, "id") == 1
    assert await fetched(connection, each.ref) == each.content
    assert (await usage(connection))["BLOB"].messages == whole
    assert await Publisher(connection, Tide(), lambda: NOW).publish(new, Accepted(1), "id") == 2
    assert (await usage(connection))["BLOB"].messages == whole


async def test_the_same_picture_is_stored_once(connection: Connection, publisher: Publisher):
    """Twice in one message, in two at the same moment, and again later: one chunk and its record."""
    picture = chance(1_000)
    first, second = with_contents(picture, picture), with_contents(picture, topic=f"{TOPIC}.1")
    seqs = await asyncio.gather(*(retried(publisher, new) for new in (first, second)))
    assert sorted(seqs) == [1, 2]
    assert await publisher.publish(first, Accepted(seqs[0]), "id") == 3
    assert (await usage(connection))["BLOB"].messages == 2


@pytest.mark.alone
@pytest.mark.slow
async def test_a_large_report_holds_nobody_up(connection: Connection, publisher: Publisher):
    """A PDF of 20 MB is hashed and stored; meanwhile the loop takes its turns."""
    new = with_contents(chance(20 * MB))
    working = asyncio.ensure_future(publisher.publish(new, FIRST, "id"))
    pauses = await pauses_until(working)
    assert await working == 1
    assert pauses[-1] < 0.05


@pytest.mark.alone
@pytest.mark.slow
async def test_the_largest_document_holds_nobody_up(connection: Connection, publisher: Publisher):
    """32 MB are archived and published; meanwhile the loop takes its turns."""
    xml = "".join(f'<Code Key="{number:032x}" Order="{number}"/>\n' for number in range(32 * MB // 60))
    new, arrival = document(xml), Arrival("odf", random.Random(1).randbytes(32 * MB), "", NOW)
    working = asyncio.gather(publisher.archive("id", arrival), publisher.publish(new, FIRST, "id"))
    pauses = await pauses_until(working)
    assert (await working)[1] == 1
    message = await stored(connection)
    assert isinstance(message.body_ref, BodyRef)
    assert msgspec.json.decode(await fetched(connection, message.body_ref)) == {"xml": xml}
    assert pauses[-1] < 0.05
