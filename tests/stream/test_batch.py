import asyncio

import pytest

from feed.stream.acks import WrongLastSequenceError
from feed.stream.batch import MESSAGES_MAX, Piece, is_open, publish_batch
from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.streams import STREAMS, last_sequence, set_up

LIMIT = 2.0


def piece(name: str, prev: int = 0) -> Piece:
    return Piece(f"feed.{name}", b"{}", {"Nats-Expected-Last-Subject-Sequence": str(prev)})


@pytest.fixture
async def link(connection: Connection) -> Connection:
    await set_up(connection, STREAMS)
    return connection


async def test_a_batch_is_stored_in_one_piece(link: Connection):
    """Sequences that follow each other; all but the last tell that the batch goes on."""
    first = await publish_batch(link, [piece("before")], timeout=LIMIT)
    seqs = await publish_batch(link, [piece(name) for name in "abc"], timeout=LIMIT)
    assert seqs == [first[0] + number for number in (1, 2, 3)]
    stored = await read(link, "FEED", first[0], 4)
    assert [message.subject for message in stored] == ["feed.before", "feed.a", "feed.b", "feed.c"]
    assert [is_open(message.headers) for message in stored] == [False, True, True, False]


async def test_one_miss_refuses_all(link: Connection):
    """A head that moved in the middle of the batch leaves nothing of it in the stream."""
    (seq,) = await publish_batch(link, [piece("m")], timeout=LIMIT)
    with pytest.raises(WrongLastSequenceError):
        await publish_batch(link, [piece("n"), piece("m"), piece("o")], timeout=LIMIT)
    assert await last_sequence(link) == seq


async def test_the_longest_batch_is_taken(link: Connection):
    """As many messages as we ever put into one."""
    seqs = await publish_batch(link, [piece(f"x{number}") for number in range(MESSAGES_MAX)], timeout=10)
    assert len(seqs) == MESSAGES_MAX
    assert await last_sequence(link) == seqs[-1]


async def test_batches_at_once_do_not_mix(link: Connection):
    """Each is in one piece whatever else is published meanwhile."""
    batches = [[piece(f"{name}{number}") for number in range(20)] for name in "pqrs"]
    found = await asyncio.gather(*(publish_batch(link, batch, timeout=LIMIT) for batch in batches))
    assert all(seqs == list(range(seqs[0], seqs[0] + 20)) for seqs in found)
