import asyncio
from collections.abc import Awaitable, Callable

import pytest

from feed.errors import OutcomeUnknownError
from feed.stream import history
from feed.stream.acks import publish_acked
from feed.stream.connection import Connection, JetStreamError
from feed.stream.consumer import Consumer
from feed.stream.history import read, unpack
from feed.stream.pull import StreamMessage
from feed.stream.wire import Incoming

Until = Callable[..., Awaitable[None]]


async def _fill(connection: Connection, count: int, size: int = 10) -> None:
    for each in range(count):
        headers = {"Feed-Version": str(each)} if each % 2 else None
        await publish_acked(connection, f"feed.a.{each % 3}", b"x" * size, headers, timeout=2)


async def test_old_messages_are_those_that_were_followed(connection: Connection, epoch: str, until: Until):
    """Sequence, subject, headers and payload are the same read and followed: nothing a read adds remains."""
    await _fill(connection, 20)
    followed: list[StreamMessage] = []
    consumer = Consumer(connection, "FEED", epoch=epoch, after=0, deliver=followed.append)
    task = asyncio.create_task(consumer.run())
    await until(lambda: len(followed) == 20)
    task.cancel()
    assert await read(connection, "FEED", 1, 20) == followed
    assert followed[1] == StreamMessage(2, "feed.a.1", {"Feed-Version": "1"}, b"x" * 10)
    assert followed[0].headers == {}


@pytest.mark.parametrize(
    "first, count, expected", [(1, 3, [1, 2, 3]), (8, 10, [8, 9, 10]), (11, 5, []), (500, 1, []), (2, 0, [])]
)
async def test_a_read_gives_what_there_is(
    connection: Connection, epoch: str, first: int, count: int, expected: list[int]
):
    """From the first, no more than asked for, fewer only at the tip."""
    await _fill(connection, 10)
    assert [message.seq for message in await read(connection, "FEED", first, count)] == expected


async def test_an_empty_stream_has_no_history(connection: Connection, epoch: str):
    """No message is no error."""
    assert await read(connection, "FEED", 1, 100) == []


async def test_partial_answers_are_continued(connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch):
    """Limits of bytes and of messages for one answer do not show in the result, not even one message at a time."""
    await _fill(connection, 12, size=1000)
    monkeypatch.setattr(history, "BATCH", 5)
    for max_bytes in (1, 2500, 1 << 20):
        assert [message.seq for message in await read(connection, "FEED", 2, 10, max_bytes)] == list(range(2, 12))


async def test_a_refused_read_is_no_empty_history(connection: Connection, epoch: str):
    """What the server does not understand is an error with its status."""
    with pytest.raises(JetStreamError) as refused:
        await read(connection, "FEED", -1, 10)
    assert refused.value.err_code == 408


def _reply(seq: int, before: int) -> Incoming:
    headers = {"Nats-Sequence": str(seq), "Nats-Last-Sequence": str(before), "Nats-Subject": "feed.a"}
    return Incoming("inbox", "", 0, "", headers, b"")


def _end(last: int) -> Incoming:
    return Incoming("inbox", "", 204, "EOB", {"Nats-Last-Sequence": str(last)}, b"")


def test_a_complete_batch_is_taken():
    """Each reply follows the one it names."""
    assert [each.seq for each in unpack([_reply(3, 0), _reply(4, 3), _reply(7, 4)], _end(7), 3)] == [3, 4, 7]


@pytest.mark.parametrize(
    "replies, last",
    [
        ([_reply(3, 0), _reply(5, 4)], 5),  # one lost in the middle
        ([_reply(4, 3)], 4),  # the first lost
        ([_reply(3, 0)], 4),  # the last lost
        ([_reply(3, 0), _reply(3, 3)], 3),  # twice
        ([_reply(2, 0)], 2),  # from before what was asked for
    ],
)
def test_a_batch_with_a_hole_is_no_answer(replies: list[Incoming], last: int):
    """A lost, repeated or foreign message never passes for history."""
    with pytest.raises(OutcomeUnknownError):
        unpack(replies, _end(last), 3)
