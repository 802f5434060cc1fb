"""What was acknowledged to this process need not come back from the stream: `Consumer.acknowledged`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from feed.stream import pull as pulling
from feed.stream.acks import publish_acked
from feed.stream.connection import Connection
from feed.stream.consumer import Consumer, StreamMessage
from feed.stream.streams import last_sequence
from feed.stream.wire import Incoming

Connect = Callable[..., Awaitable[Connection]]
Until = Callable[..., Awaitable[None]]
Release = Callable[[], None]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Release:
    """The stream's messages stay on their way until this is called."""
    held: list[tuple[pulling.Pull, Incoming]] = []
    on_message = pulling.Pull._on_message

    def release() -> None:
        monkeypatch.setattr(pulling.Pull, "_on_message", on_message)
        for each in held:
            on_message(*each)

    monkeypatch.setattr(pulling.Pull, "_on_message", lambda *each: held.append(each))
    return release


@contextlib.asynccontextmanager
async def _following(connection: Connection, epoch: str, **hears: Any) -> AsyncIterator[Consumer]:
    """A consumer whose pull is open."""
    consumer = Consumer(connection, "FEED", epoch=epoch, after=0, **hears)
    task = asyncio.create_task(consumer.run())
    await _begun(consumer)
    yield consumer
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _begun(consumer: Consumer) -> None:
    async with asyncio.timeout(5):
        while consumer._pull is None:
            await asyncio.sleep(0)


async def _publish(connection: Connection, consumer: Consumer) -> int:
    """As the publisher does it for its own process."""

    def heard(seq: int) -> None:
        consumer.acknowledged(StreamMessage(seq, "feed.a", {"Feed-Version": "1"}, b"x"))

    return await publish_acked(connection, "feed.a", b"x", {"Feed-Version": "1"}, timeout=2, heard=heard)


async def test_it_is_handed_over_with_its_acknowledgement_and_once(
    connection: Connection, epoch: str, until: Until, release: Release
):
    """Nothing more is waiting by then; the stream's copies come later and are passed over."""
    seen: list[StreamMessage] = []
    idle_at: list[int] = []
    async with _following(connection, epoch, deliver=seen.append, idle=lambda: idle_at.append(len(seen))) as consumer:
        for _ in range(3):
            await _publish(connection, consumer)
        assert seen == [StreamMessage(seq, "feed.a", {"Feed-Version": "1"}, b"x") for seq in (1, 2, 3)]
        assert idle_at[:3] == [1, 2, 3]
        release()
        await publish_acked(connection, "feed.a", b"y", timeout=2)
        await until(lambda: len(seen) == 4)
        assert [each.seq for each in seen] == [1, 2, 3, 4]
        assert (consumer.delivered, consumer.recreated, consumer.holes) == (4, 0, 0)


async def test_what_is_not_the_next_comes_from_the_stream(
    connection: Connection, epoch: str, until: Until, release: Release
):
    """Another process stored the message before it, which is still on its way."""
    seen: list[StreamMessage] = []
    async with _following(connection, epoch, deliver=seen.append) as consumer:
        await publish_acked(connection, "feed.b", b"y", timeout=2)
        await _publish(connection, consumer)
        assert seen == []
        await until(lambda: consumer._pull is not None and consumer._pull.heard)
        assert await connection.round_trip()
        release()
        await until(lambda: len(seen) == 2)
        assert [each.subject for each in seen] == ["feed.b", "feed.a"]


async def test_many_at_once_are_delivered_once_and_in_order(
    connect: Connect, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """Whatever comes first of each, acknowledgement or copy, and of others only the copy."""
    reader, other = await connect(), await connect()
    seqs: list[int] = []
    early: list[int] = []
    known = pulling.Pull.known
    monkeypatch.setattr(pulling.Pull, "known", lambda pull, message: (early.append(message.seq), known(pull, message)))
    async with _following(reader, epoch, deliver=lambda message: seqs.append(message.seq)) as consumer:
        for _ in range(10):
            theirs = (publish_acked(other, "feed.b", b"y", timeout=5) for _ in range(20))
            await asyncio.gather(*(_publish(reader, consumer) for _ in range(20)), *theirs)
        await until(lambda: len(seqs) >= 400)
        assert seqs == list(range(1, 401))
        assert (consumer.recreated, consumer.holes) == (0, 0)
    assert early


async def test_while_the_following_is_in_doubt_nothing_is_handed_over(
    connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """Before the stream was found to be the one that is followed; then it comes from there."""
    seen: list[StreamMessage] = []
    agreed, agree = asyncio.Event(), Consumer._agree

    async def later(consumer: Consumer) -> None:
        await agreed.wait()
        await agree(consumer)

    monkeypatch.setattr(Consumer, "_agree", later)
    consumer = Consumer(connection, "FEED", epoch=epoch, after=0, deliver=seen.append)
    task = asyncio.create_task(consumer.run())
    await asyncio.sleep(0)
    await _publish(connection, consumer)
    assert seen == []
    agreed.set()
    await until(lambda: seen)
    task.cancel()
    assert [each.seq for each in seen] == [1]


async def test_what_the_reader_raises_ends_the_following(connection: Connection, epoch: str, release: Release):
    """As for what comes from the stream; who published is told its sequence all the same."""

    def deliver(_: StreamMessage) -> None:
        raise ZeroDivisionError

    consumer = Consumer(connection, "FEED", epoch=epoch, after=0, deliver=deliver)
    task = asyncio.create_task(consumer.run())
    await _begun(consumer)
    assert await _publish(connection, consumer) == 1
    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(5):
            await task
    assert await _publish(connection, consumer) == 2
    assert consumer.delivered == 0


async def test_who_does_not_follow_is_handed_nothing(connection: Connection, epoch: str):
    """Neither before `run` nor after its end: what is acknowledged then comes with the next following."""
    seen: list[StreamMessage] = []
    async with _following(connection, epoch, deliver=seen.append) as consumer:
        pass
    await _publish(connection, consumer)
    await _publish(connection, Consumer(connection, "FEED", epoch=epoch, after=1, deliver=seen.append))
    assert (seen, await last_sequence(connection)) == ([], 2)
