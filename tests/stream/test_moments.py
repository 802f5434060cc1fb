import asyncio
import random
from datetime import datetime
from types import ModuleType

import msgspec
import pytest

from feed.core.entry import Entry
from feed.errors import OutcomeUnknownError
from feed.stream import history as stored
from feed.stream import moments
from feed.stream.batch import BATCH_SEQUENCE, MESSAGES_MAX, Piece, publish_batch
from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.moments import Moment, Moments
from feed.stream.pull import StreamMessage
from schemas.message import Op

TOPICS = [f"XA.ATH.M.100M.HEAT.000{n}00.result" for n in range(8)]


def piece(topic: str, recv: int = 0, op: Op = Op.PUT, size: int = 0) -> Piece:
    headers = {"Feed-Version": "1", "Feed-Event": "0", "Feed-Recv": str(recv), "Feed-Hash": "h", "Feed-Op": op.value}
    return Piece(f"feed.{topic}", b'{"prev":0,"x":"%b"}' % (b"x" * size), headers)


async def history(connection: Connection, chance: random.Random, count: int, size: int = 0) -> list[StreamMessage]:
    """Single messages and batches of some topics, tombstones among them."""
    for _ in range(count):
        topics = chance.sample(TOPICS, chance.choice([1, 1, 1, 2, 5]))
        await publish_batch(connection, [piece(each, op=chance.choice([*Op]), size=size) for each in topics], timeout=2)
    return await read(connection, "FEED", 1, 10_000)


def folded(messages: list[StreamMessage], seq: int) -> dict[str, tuple[int, bytes]]:
    """The last message of each topic up to a sequence."""
    entries = [Entry.stored(*message) for message in messages if message.seq <= seq]
    return {entry.topic: (entry.seq, entry.json) for entry in entries}


async def asked(moment: Moment, topics: list[str]) -> dict[str, tuple[int, bytes]]:
    entries = await moment.entries(topics)
    assert len({entry.topic for entry in entries}) == len(entries)
    return {entry.topic: (entry.seq, entry.json) for entry in entries}


@pytest.mark.parametrize("seed", range(3))
async def test_a_moment_is_the_fold_of_the_log(connection: Connection, epoch: str, seed: int):
    """At every sequence, of all topics and of some; inside a batch it is the moment before the batch."""
    chance = random.Random(seed)
    messages = await history(connection, chance, 25)
    whole = 0
    for message in messages:
        if BATCH_SEQUENCE not in message.headers or "Nats-Batch-Commit" in message.headers:
            whole = message.seq
        moment = await Moments(connection).at(message.seq)
        assert (moment.seq if moment else 0) == whole
        if moment is not None:
            assert await asked(moment, TOPICS) == folded(messages, whole)
            some = chance.sample(TOPICS, 3)
            expected = {topic: found for topic, found in folded(messages, whole).items() if topic in some}
            assert await asked(moment, [*some, "XA.ATH.M.100M.HEAT.000999.result"]) == expected


async def test_there_is_nothing_before_the_first_message(connection: Connection, epoch: str):
    """Sequence 0, and the inside of the first batch."""
    assert await Moments(connection).at(0) is None
    await publish_batch(connection, [piece(topic) for topic in TOPICS[:3]], timeout=2)
    assert await Moments(connection).at(2) is None
    moment = await Moments(connection).at(3)
    assert moment is not None
    assert await moment.entries([]) == []


@pytest.mark.parametrize(
    "module, name, limit",
    [(moments, "TOPICS_MAX", 3), (moments, "NAMES_BYTES", 80), (moments, "IN_FLIGHT", 1), (stored, "MAX_BYTES", 1)],
    ids=["topics", "names", "in flight", "bytes"],
)
async def test_limits_of_one_answer_do_not_show(
    connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, limit: int
):
    """However few topics, names or bytes go into one request."""
    messages = await history(connection, random.Random(7), 20, size=1000)
    monkeypatch.setattr(module, name, limit)
    moment = await Moments(connection).at(messages[-1].seq)
    assert moment is not None
    assert await asked(moment, TOPICS) == folded(messages, moment.seq)


async def test_more_topics_than_the_server_answers_for(connection: Connection, epoch: str):
    """Above 1,024 it would say 413; all of them come, by several at once."""
    topics = [f"XA.ATH.M.100M.HEAT.{n:06}.result" for n in range(3 * MESSAGES_MAX)]
    for _ in range(2):
        for start in range(0, len(topics), MESSAGES_MAX):
            pieces = [piece(topic) for topic in topics[start : start + MESSAGES_MAX]]
            *_, last = await publish_batch(connection, pieces, timeout=5)
    moment = await Moments(connection).at(last - len(topics))
    assert moment is not None
    found = await asyncio.gather(*(moment.entries(topics) for _ in range(5)))
    assert [sorted(entry.seq for entry in each) for each in found] == [list(range(1, len(topics) + 1))] * 5


async def test_a_copy_that_is_behind_is_no_answer(connection: Connection, epoch: str):
    """What a copy does not hold yet never passes for what never was."""
    await publish_batch(connection, [piece(TOPICS[0])], timeout=2)
    for ahead in (2, 50):
        with pytest.raises(OutcomeUnknownError):
            await Moments(connection).at(ahead)
    real = await Moments(connection).at(1)
    assert real is not None
    message = StreamMessage(2, f"feed.{TOPICS[1]}", {}, b"")
    with pytest.raises(OutcomeUnknownError):
        await Moment(message, real._get).entries(TOPICS)


async def test_what_the_server_refuses_is_no_empty_past(connection: Connection, epoch: str):
    """Its status is told."""
    await publish_batch(connection, [piece(TOPICS[0])], timeout=2)
    with pytest.raises(OutcomeUnknownError, match="408"):
        await Moments(connection)._get({"seq": -1, "batch": 1})


async def stored_at(connection: Connection, count: int) -> list[int]:
    """When each message was stored, in microseconds, from the headers that a direct get adds."""
    wish = msgspec.json.encode({"seq": 1, "batch": count})
    replies = await connection.collect("$JS.API.DIRECT.GET.FEED", wish, last=lambda each: each.status != 0, timeout=5)
    stamps = [reply.headers["Nats-Time-Stamp"] for reply in replies[:-1]]
    seconds = [datetime.fromisoformat(stamp[:19] + "+00:00").timestamp() for stamp in stamps]
    fractions = [int(stamp[20:-1].ljust(9, "0")[:6]) for stamp in stamps]
    return [int(whole) * 1_000_000 + part for whole, part in zip(seconds, fractions, strict=True)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scanned", [1, 100])
async def test_a_time_is_the_place_up_to_which_all_was_received(
    connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch, seed: int, scanned: int
):
    """Whatever order messages were received in, and whoever's clock is ahead: against the definition."""
    monkeypatch.setattr(moments, "SCANNED", scanned)
    chance = random.Random(seed)
    stamps: list[int] = []
    for number in range(20):
        await publish_batch(connection, [piece(TOPICS[0])], timeout=2)
        stamps += (await stored_at(connection, number + 1))[-1:]
        recv = stamps[-1] + chance.choice([-5_000, -1_000, -1, 0, 0, 3_000])
        await publish_batch(connection, [piece(TOPICS[1], recv)], timeout=2)
    count = 2 * 20
    kept = await read(connection, "FEED", 1, count)
    received = [
        min(int(message.headers["Feed-Recv"]), stored)
        for message, stored in zip(kept, await stored_at(connection, count), strict=True)
    ]
    for time in [0, -5, *(each + step for each in received if each for step in (-1, 0, 1)), stamps[-1] + 10**9]:
        expected = next((seq for seq, each in enumerate(received) if each > time), count)
        assert await Moments(connection).reached(time, count) == expected
        assert await Moments(connection).reached(time, 15) == min(expected, 15)


async def test_no_time_comes_before_the_first_message(connection: Connection, epoch: str):
    """An empty log has no place but 0; one that a copy does not hold is not passed over."""
    assert await Moments(connection).reached(10**15, 0) == 0
    with pytest.raises(OutcomeUnknownError):
        await Moments(connection).reached(4 * 10**15, 5)


async def test_what_was_stored_by_a_time_is_found_by_it(connection: Connection, epoch: str):
    """Whatever messages say of themselves; an empty log has no place but 0, a copy that is behind is not believed."""
    assert await Moments(connection).stored(10**15, 0) == 0
    for number in range(5):
        await publish_batch(connection, [piece(TOPICS[number], recv=10**16)], timeout=2)
    stamps = await stored_at(connection, 5)
    for time in (0, *(stamp + step for stamp in stamps for step in (-1, 0)), stamps[-1] + 10**9):
        expected = sum(stamp <= time for stamp in stamps)
        assert await Moments(connection).stored(time, 5) == expected
        assert await Moments(connection).stored(time, 3) == min(expected, 3)
    with pytest.raises(OutcomeUnknownError):
        await Moments(connection).stored(4 * 10**15, 9)


async def test_a_copy_that_knows_of_nothing_later_is_not_believed(connection: Connection, epoch: str):
    """Asked for a time, it may say "nothing later", and another that holds the tip answers next: the tip tells when."""
    for number in range(2):
        await publish_batch(connection, [piece(TOPICS[number], recv=1)], timeout=2)
    first, last = await stored_at(connection, 2)
    await Moments(connection)._confirm(2, last)
    for tip, time in ((2, last - 1), (2, first), (3, last + 10**6)):
        with pytest.raises(OutcomeUnknownError, match=f"does not hold seq {tip} yet"):
            await Moments(connection)._confirm(tip, time)
