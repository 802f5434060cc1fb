import asyncio
from collections.abc import Sequence

import pytest

from feed.errors import FeedError, OutcomeUnknownError
from feed.stream.acks import WrongLastSequenceError
from feed.stream.batch import Piece, is_open, publish_batch
from feed.stream.connection import Connection
from feed.stream.groups import BYTES_MAX, MESSAGES_MAX, Groups
from feed.stream.history import read
from feed.stream.moments import Moments
from feed.stream.streams import STREAMS, last_sequence, set_up

LIMIT = 2.0


def batch(*names: str, prev: int = 0, size: int = 2) -> list[Piece]:
    headers = {"Nats-Expected-Last-Subject-Sequence": str(prev)}
    return [Piece(f"feed.{name}", b"x" * size, headers) for name in names]


class Disk:
    """A store that holds a batch back until it is let go; `refused` are subjects that make it refuse the whole."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.refused: dict[str, FeedError] = {}
        self.seq = 0
        self.stored: list[Piece] = []
        self._open = asyncio.Event()

    def release(self) -> None:
        self._open.set()

    async def store(self, pieces: Sequence[Piece]) -> list[int]:
        names = [piece.subject.removeprefix("feed.") for piece in pieces]
        self.batches.append(names)
        await self._open.wait()
        for name in names:
            if name in self.refused:
                raise self.refused[name]
        self.seq += len(pieces)
        self.stored += pieces
        return list(range(self.seq - len(pieces) + 1, self.seq + 1))


async def published(groups: Groups, *batches: list[Piece]) -> list[asyncio.Task[list[int]]]:
    """Batches that were handed over, in this order, and have had a turn."""
    tasks = [asyncio.ensure_future(groups.publish(each)) for each in batches]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_who_finds_nobody_on_the_way_goes_at_once_and_alone():
    """Nobody is waited for; those who come meanwhile go together behind it."""
    disk = Disk()
    tasks = await published(Groups(disk.store), batch("a"), batch("b", "c"), batch("d"))
    assert disk.batches == [["a"]]
    disk.release()
    assert await asyncio.gather(*tasks) == [[1], [2, 3], [4]]
    assert disk.batches == [["a"], ["b", "c", "d"]]


async def test_two_that_write_one_subject_go_one_after_the_other():
    """One batch takes a subject once; the others do not wait for the second of them."""
    disk = Disk()
    tasks = await published(Groups(disk.store), batch("a"), batch("b"), batch("b", "c"), batch("d"))
    disk.release()
    await asyncio.gather(*tasks)
    assert disk.batches == [["a"], ["b", "d"], ["b", "c"]]


@pytest.mark.parametrize("size, count", [(BYTES_MAX // 2, 2), (2, MESSAGES_MAX)])
async def test_a_group_has_an_end(size: int, count: int):
    """In bytes and in messages; what does not fit goes next."""
    disk = Disk()
    batches = [batch(f"n{number}", size=size) for number in range(count + 2)]
    tasks = await published(Groups(disk.store), *batches)
    disk.release()
    await asyncio.gather(*tasks)
    assert [len(each) for each in disk.batches] == [1, count, 1]


async def test_what_is_stored_waits_for_nobody_behind_it():
    """One that went along is answered, although another that came before it did not fit and is still on its way."""
    disk = Disk()
    long, short = batch("b", size=BYTES_MAX), batch("c")
    tasks = await published(Groups(disk.store), batch("a"), batch("x"), long, short)
    disk.release()
    found = await asyncio.wait_for(asyncio.gather(tasks[1], tasks[3]), LIMIT)
    assert (disk.batches[:2], found) == ([["a"], ["x", "c"]], [[2], [3]])
    await tasks[2]


async def test_one_miss_refuses_nobody_else():
    """Each is tried by itself then, and told how that went."""
    disk = Disk()
    disk.refused["c"] = WrongLastSequenceError(10071, "wrong last sequence")
    tasks = await published(Groups(disk.store), batch("a"), batch("b"), batch("c", "d"), batch("e"))
    disk.release()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert disk.batches == [["a"], ["b", "c", "d", "e"], ["b"], ["c", "d"], ["e"]]
    assert [found[place] for place in (0, 1, 3)] == [[1], [2], [3]]
    assert isinstance(found[2], WrongLastSequenceError)


async def test_what_is_not_known_is_known_of_none():
    """Whether it was stored must be found out by each: nothing is sent again."""
    disk = Disk()
    disk.refused["c"] = OutcomeUnknownError("no answer")
    tasks = await published(Groups(disk.store), batch("a"), batch("b"), batch("c"))
    disk.release()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert disk.batches == [["a"], ["b", "c"]]
    assert [type(each) for each in found] == [list, OutcomeUnknownError, OutcomeUnknownError]


async def test_who_gives_up_takes_nobody_along():
    """Neither who began the group nor who waits for it; what is on its way is stored, what waits is not sent."""
    disk = Disk()
    first, second, third = await published(Groups(disk.store), batch("a"), batch("b"), batch("c"))
    first.cancel()
    second.cancel()
    disk.release()
    assert await third == [2]
    assert disk.batches == [["a"], ["c"]]


async def test_a_failure_of_ours_reaches_everybody():
    """Nobody waits for ever."""

    async def broken(_: Sequence[Piece]) -> list[int]:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    tasks = await published(Groups(broken), batch("a"), batch("b"), batch("c"))
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [ZeroDivisionError] * 3


async def test_groups_are_stored_by_a_real_stream(connection: Connection):
    """Each batch in one piece; one whose head has moved leaves nothing, and holds up nobody."""
    await set_up(connection, STREAMS)
    sent: list[int] = []

    async def store(pieces: Sequence[Piece]) -> list[int]:
        sent.append(len(pieces))
        return await publish_batch(connection, pieces, timeout=LIMIT)

    groups = Groups(store)
    await groups.publish(batch("moved"))
    batches = [batch(f"{name}1", f"{name}2") for name in "abcdef"]
    late = batch("g1", "moved")
    found = await asyncio.gather(*(groups.publish(each) for each in [*batches, late]), return_exceptions=True)
    assert isinstance(found[-1], WrongLastSequenceError)
    assert all(first + 1 == second for first, second in found[:-1])
    assert await last_sequence(connection) == 1 + 2 * len(batches)
    assert 2 * len(batches) - 2 in sent or 2 * len(batches) in sent


async def test_each_document_of_a_group_is_one_by_itself(connection: Connection):
    """To readers it ends where it ends, not where the group does: the moment of its last message is right behind it."""
    await set_up(connection, STREAMS)
    head = {"Feed-Version": "1", "Feed-Event": "0", "Feed-Recv": "0", "Feed-Hash": "h", "Feed-Op": "put"}
    disk = Disk()
    groups = Groups(disk.store)
    tasks = await published(groups, batch("first"), batch("a", "b"), batch("c"), batch("d", "e", "f"))
    disk.release()
    await asyncio.gather(*tasks)
    pieces = [piece._replace(headers={**piece.headers, **head}) for piece in disk.stored]
    await publish_batch(connection, pieces[:1], timeout=LIMIT)
    await publish_batch(connection, pieces[1:], timeout=LIMIT)
    found = await read(connection, "FEED", 1, 7)
    assert [is_open(message.headers) for message in found] == [False, True, False, False, True, True, False]
    moments = Moments(connection)
    assert [(await moments.at(seq)).seq for seq in range(1, 8)] == [1, 1, 3, 4, 4, 4, 7]
