import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from feed.errors import ContradictionError, OutcomeUnknownError
from feed.stream import pull as pulling
from feed.stream.acks import publish_acked
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.consumer import Consumer, StreamMessage, last_per_subject
from feed.stream.streams import EPOCH_KEY, FEED, set_up
from feed.stream.wire import Incoming

Freeze = Callable[[int], Awaitable[None]]

Until = Callable[..., Awaitable[None]]
Connect = Callable[..., Awaitable[Connection]]


class Following:
    """A consumer at work and what it has delivered."""

    def __init__(self, connection: Connection, epoch: str, after: int = 0) -> None:
        self.seqs: list[int] = []
        self.idles = 0
        self.consumer = Consumer(
            connection, "FEED", epoch=epoch, after=after, deliver=self._deliver, idle=self._count_idle
        )
        self.task = asyncio.create_task(self.consumer.run())

    def _deliver(self, message: StreamMessage) -> None:
        self.seqs.append(message.seq)

    def _count_idle(self) -> None:
        self.idles += 1


@contextlib.asynccontextmanager
async def _following(connection: Connection, epoch: str, after: int = 0) -> AsyncIterator[Following]:
    following = Following(connection, epoch, after)
    yield following
    following.task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following.task


async def _publish(connection: Connection, count: int, subject: str = "feed.a") -> None:
    for _ in range(count):
        await publish_acked(connection, subject, b"x", timeout=20)


async def _publish_through(connection: Connection, count: int) -> int:
    """Publish until `count` were acknowledged, whatever happens; the rest of the attempts may be stored or not."""
    seq = 0
    for _ in range(count):
        while True:
            try:
                seq = await publish_acked(connection, "feed.a", b"x", timeout=0.5)
                break
            except OutcomeUnknownError:
                await asyncio.sleep(0.005)
    return seq


async def _no_consumers(connection: Connection) -> None:
    async with asyncio.timeout(5):
        while (await connection.api("CONSUMER.NAMES.FEED"))["total"]:
            pass


async def test_every_message_is_delivered_once_in_order(connection: Connection, epoch: str, until: Until):
    """What was there before and what comes while following, from the one after `after` on."""
    await _publish(connection, 10)
    async with _following(connection, epoch, after=4) as following:
        await until(lambda: len(following.seqs) == 6)
        await _publish(connection, 10)
        await until(lambda: len(following.seqs) == 16)
        assert following.seqs == list(range(5, 21))
        assert (following.consumer.delivered, following.consumer.recreated) == (20, 0)


async def test_a_message_carries_what_was_stored(connection: Connection, epoch: str, until: Until):
    """Sequence, full subject, headers and payload."""
    seen: list[StreamMessage] = []
    await publish_acked(connection, "feed.a.b", b"payload", {"Feed-Version": "7"}, timeout=2)
    task = asyncio.create_task(Consumer(connection, "FEED", epoch=epoch, after=0, deliver=seen.append).run())
    await until(lambda: seen)
    task.cancel()
    assert seen == [StreamMessage(1, "feed.a.b", {"Feed-Version": "7"}, b"payload")]


async def test_delivery_adds_hardly_anything_to_the_acknowledgement(connect: Connect, epoch: str, until: Until):
    """On an idle stream the median message is there less than a millisecond after its acknowledgement."""
    writer, reader = await connect(), await connect()
    async with _following(reader, epoch) as following:
        behind: list[float] = []
        for each in range(100):
            await _publish(writer, 1)
            acknowledged = time.perf_counter()
            while len(following.seqs) <= each:
                await asyncio.sleep(0)
            behind.append(time.perf_counter() - acknowledged)
        assert sorted(behind)[50] < 0.001


async def test_nothing_is_lost_or_repeated_when_the_broker_is_killed(
    broker: Broker, connect: Connect, epoch: str, until: Until
):
    """Killed four times in the midst of publishing: the delivered sequence has no hole and no repetition."""
    writer, reader = await connect(), await connect()
    async with _following(reader, epoch) as following:
        for restart in range(1, 5):
            publishing = asyncio.create_task(_publish_through(writer, 200))
            before = len(following.seqs)
            await until(lambda n=before: len(following.seqs) > n + 20)
            os.kill(broker.pid, signal.SIGKILL)
            last = await publishing
            await until(lambda n=last: following.consumer.delivered >= n)
            assert broker.restarts == restart
        assert following.seqs == list(range(1, len(following.seqs) + 1))
        assert following.consumer.recreated >= 4


async def test_it_goes_on_after_a_frozen_broker(
    freeze: Freeze, broker: Broker, connect: Connect, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """A stop and a continue cost nothing but time."""
    monkeypatch.setattr(pulling, "SILENCE", 0.5)
    writer, reader = await connect(), await connect()
    async with _following(reader, epoch) as following:
        await _publish(writer, 5)
        await until(lambda: len(following.seqs) == 5)
        await freeze(broker.pid)
        await until(lambda: "nothing heard" in following.consumer.last_reason)
        os.kill(broker.pid, signal.SIGCONT)
        await _publish_through(writer, 5)
        await until(lambda: len(following.seqs) >= 10)
        assert following.seqs == list(range(1, len(following.seqs) + 1))


async def test_a_deleted_consumer_is_replaced(connection: Connection, epoch: str, until: Until):
    """Somebody removes it on the server; the following goes on where it was."""
    async with _following(connection, epoch) as following:
        await _publish(connection, 3)
        await until(lambda: len(following.seqs) == 3)
        for name in (await connection.api("CONSUMER.NAMES.FEED"))["consumers"]:
            await connection.api(f"CONSUMER.DELETE.FEED.{name}")
        await _publish(connection, 3)
        await until(lambda: len(following.seqs) == 6)
        assert following.seqs == [1, 2, 3, 4, 5, 6]
        assert following.consumer.recreated == 1
        assert "Consumer Deleted" in following.consumer.last_reason


async def test_a_lost_message_is_fetched_again(
    connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """A gap makes a new consumer from the last delivered message on: nothing is skipped, nothing comes twice."""
    lose = {5, 9}
    on_incoming = pulling.Pull._on_incoming

    def lossy(self: pulling.Pull, incoming: Incoming) -> None:
        position = pulling.read_position(incoming.reply)
        if position is not None and position.stream_seq in lose:
            lose.discard(position.stream_seq)
            return
        on_incoming(self, incoming)

    monkeypatch.setattr(pulling.Pull, "_on_incoming", lossy)
    async with _following(connection, epoch) as following:
        await _publish(connection, 12)
        await until(lambda: len(following.seqs) == 12)
        assert following.seqs == list(range(1, 13))
        assert following.consumer.recreated == 2
        assert not lose


def _forget_fifth(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Act as a server that leaves out the fifth message once, without a gap in the consumer's own count."""
    left_out: list[str] = []
    on_incoming = pulling.Pull._on_incoming

    def forgetful(self: pulling.Pull, incoming: Incoming) -> None:
        tokens = incoming.reply.split(".")
        if len(tokens) == 9 and tokens[5] == "5" and not left_out:
            left_out.append(self._name)
            return
        if len(tokens) == 9 and left_out == [self._name]:
            tokens[6] = str(int(tokens[6]) - 1)
            incoming = incoming._replace(reply=".".join(tokens))
        on_incoming(self, incoming)

    monkeypatch.setattr(pulling.Pull, "_on_incoming", forgetful)
    return left_out


async def test_a_sequence_left_out_by_the_server_is_asked_for_again(
    connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """The consumer's own count has no gap, the stream's has one: a new consumer brings the message."""
    left_out = _forget_fifth(monkeypatch)
    async with _following(connection, epoch) as following:
        await _publish(connection, 8)
        await until(lambda: len(following.seqs) == 8)
        assert following.seqs == list(range(1, 9))
        assert (following.consumer.recreated, following.consumer.holes) == (1, 0)
        assert left_out


async def test_a_hole_of_the_stream_itself_is_counted(
    connection: Connection, until: Until, caplog: pytest.LogCaptureFixture
):
    """A message that the stream does not have is not waited for, but it does not go unnoticed either."""
    settings = FEED.settings(1) | {"deny_delete": False, "metadata": {EPOCH_KEY: "01234567"}}
    await connection.api("STREAM.CREATE.FEED", settings)
    await _publish(connection, 5)
    await connection.api("STREAM.MSG.DELETE.FEED", {"seq": 3})
    async with _following(connection, "01234567") as following:
        await until(lambda: len(following.seqs) == 4)
        assert following.seqs == [1, 2, 4, 5]
        assert following.consumer.holes == 1
    assert [record.levelname for record in caplog.records if "lost" in record.message] == ["ERROR"]


async def test_what_the_reader_raises_ends_the_following(connection: Connection, epoch: str):
    """The error comes out of `run`; neither this message nor a later one counts as delivered."""
    seen: list[int] = []

    def deliver(message: StreamMessage) -> None:
        seen.append(message.seq)
        if message.seq == 2:
            raise ZeroDivisionError

    await _publish(connection, 5)
    consumer = Consumer(connection, "FEED", epoch=epoch, after=0, deliver=deliver)
    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(5):
            await consumer.run()
    assert seen == [1, 2]
    assert consumer.delivered == 1


async def test_another_epoch_is_a_contradiction(connection: Connection, epoch: str):
    """A stream made anew is not the one whose sequences we know."""
    with pytest.raises(ContradictionError, match=f"epoch {epoch}, we follow 00000000"):
        await Consumer(connection, "FEED", epoch="00000000", after=0, deliver=print).run()


async def test_a_stream_that_vanishes_is_a_contradiction(connection: Connection, epoch: str, until: Until):
    """Deleted and made anew while it is followed, or only deleted."""
    for again in (True, False):
        current = await set_up(connection, [FEED])
        following = Following(connection, current)
        await _publish(connection, 1)
        await until(lambda f=following: f.seqs)
        await connection.api("STREAM.DELETE.FEED")
        if again:
            await set_up(connection, [FEED])
        with pytest.raises(ContradictionError, match=r"epoch|gone"):
            async with asyncio.timeout(10):
                await following.task


async def test_idle_is_told_when_nothing_more_waits(connection: Connection, epoch: str, until: Until):
    """After the last message there is, not after each of a row; and again with the heartbeats of a quiet stream."""
    await _publish(connection, 50)
    async with _following(connection, epoch) as following:
        await until(lambda: len(following.seqs) == 50)
        assert following.idles == 1
        await until(lambda: following.idles == 2)
        assert len(following.seqs) == 50


async def test_a_cancelled_consumer_leaves_nothing_on_the_server(connection: Connection, epoch: str, until: Until):
    """Neither consumer nor listener remains."""
    async with _following(connection, epoch) as following:
        await _publish(connection, 1)
        await until(lambda: following.seqs)
    await _no_consumers(connection)
    assert not connection.listeners


async def _last(connection: Connection, pattern: str = "feed.>", up_to: int = 1 << 60) -> list[StreamMessage]:
    return [message async for message in last_per_subject(connection, "FEED", pattern, up_to)]


async def test_the_last_message_of_each_subject(connection: Connection, epoch: str):
    """In rising sequence; a pattern narrows, and what lies above the limit is skipped."""
    for subject in ("feed.a", "feed.b", "feed.a", "feed.c.d", "feed.b"):
        await _publish(connection, 1, subject)
    assert [(each.seq, each.subject) for each in await _last(connection)] == [
        (3, "feed.a"),
        (4, "feed.c.d"),
        (5, "feed.b"),
    ]
    assert [each.seq for each in await _last(connection, "feed.*")] == [3, 5]
    assert [each.seq for each in await _last(connection, up_to=4)] == [3, 4]
    assert await _last(connection, "feed.none") == []
    await _no_consumers(connection)


async def test_an_empty_stream_has_no_last_messages(connection: Connection, epoch: str):
    """Nothing, at once."""
    assert await _last(connection) == []


async def test_thousands_of_subjects_while_others_publish(connect: Connect, epoch: str):
    """Exactly one message for each subject that was there, though the stream grows meanwhile."""
    writer, reader = await connect(), await connect()
    await asyncio.gather(*(_publish(writer, 1, f"feed.t{each % 3000}") for each in range(4000)))
    before = {f"feed.t{each}" for each in range(3000)}
    publishing = asyncio.create_task(_publish(writer, 500, "feed.t5"))
    found = []
    async for message in last_per_subject(reader, "FEED", "feed.>", 4000):
        found.append(message)
        if len(found) % 100 == 0:
            await asyncio.sleep(0.001)
    publishing.cancel()
    seqs = [message.seq for message in found]
    assert seqs == sorted(seqs)
    assert seqs[-1] <= 4000
    assert {message.subject for message in found} in (before, before - {"feed.t5"})
    assert len(found) in (3000, 2999)


async def test_no_more_is_held_than_was_asked_for(connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch):
    """A slow reader bounds what waits for it."""
    monkeypatch.setattr(pulling, "SMALL_CREDIT", 20)
    await asyncio.gather(*(_publish(connection, 1, f"feed.t{each}") for each in range(100)))
    received = 0
    on_message = pulling.Pull._on_message

    def counted(self: pulling.Pull, incoming: Incoming) -> None:
        nonlocal received
        received += 1
        on_message(self, incoming)

    monkeypatch.setattr(pulling.Pull, "_on_message", counted)
    read = 0
    async for _ in last_per_subject(connection, "FEED", "feed.>", 100):
        assert await connection.round_trip()
        read += 1
        assert received - read < 40
    assert read == 100


async def test_an_interrupted_reading_says_so(
    broker: Broker, connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch
):
    """A board filled half is never taken for a whole one."""
    monkeypatch.setattr(pulling, "SMALL_CREDIT", 20)
    await asyncio.gather(*(_publish(connection, 1, f"feed.t{each}") for each in range(100)))
    reading = last_per_subject(connection, "FEED", "feed.>", 100)
    await anext(reading)
    os.kill(broker.pid, signal.SIGKILL)
    with pytest.raises(OutcomeUnknownError, match=r"interrupted|not connected|lost"):
        assert not [message.seq async for message in reading if message.seq > 60]


async def test_a_reader_may_take_its_time(connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch):
    """While nothing is asked for, silence of the server means nothing."""
    monkeypatch.setattr(pulling, "SMALL_CREDIT", 4)
    monkeypatch.setattr(pulling, "SILENCE", 0.1)
    await asyncio.gather(*(_publish(connection, 1, f"feed.t{each}") for each in range(20)))
    read = []
    async for message in last_per_subject(connection, "FEED", "feed.>", 100):
        if message.seq % 4 == 1:
            await asyncio.sleep(0.2)
        read.append(message.seq)
    assert read == list(range(1, 21))


async def test_large_last_messages_are_all_read(connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch):
    """nats-server drops the message that exceeds a request's limit of bytes: such a request must have none."""
    monkeypatch.setattr(pulling, "CREDIT_BYTES", 3000)
    for each in range(10):
        await publish_acked(connection, f"feed.t{each}", b"x" * 1000, timeout=2)
    assert [message.seq for message in await _last(connection)] == list(range(1, 11))


async def test_last_messages_that_never_came_are_missed(
    connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch
):
    """The server announced eight and sent seven: that is no board."""
    assert _forget_fifth(monkeypatch) == []
    for each in range(8):
        await _publish(connection, 1, f"feed.t{each}")
    with pytest.raises(OutcomeUnknownError, match="1 of them never came"):
        await _last(connection)
