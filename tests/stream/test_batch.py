import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from feed.stream.acks import WrongLastSequenceError
from feed.stream.batch import BATCH_COMMIT, BATCH_ID, BATCH_SEQUENCE, MESSAGES_MAX, Piece, is_open, publish_batch
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.streams import STREAMS, last_sequence, set_up

LIMIT = 2.0
Until = Callable[..., Awaitable[None]]


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


async def test_a_commit_that_was_cut_is_completed_from_what_was_gathered(tmp_path: Path, until: Until):
    """After a crash in the middle the server writes the rest from its files: they must not be in memory (0055)."""
    stream = tmp_path / "broker" / "store" / "jetstream" / "P" / "streams" / "FEED"
    broker = Broker(tmp_path)
    await broker.start()
    link = await Connection.open(broker.url, *broker.credentials("P"))
    await set_up(link, STREAMS)
    for number in range(1, 7):
        headers = {BATCH_ID: "cut", BATCH_SEQUENCE: str(number)}
        link.publish(f"feed.cut{number}", b"x" * 4_000, headers)
    await until(lambda: sum(file.stat().st_size for file in stream.glob("batches/*/msgs/*.blk")) > 6 * 4_000)
    shutil.copytree(stream / "batches", tmp_path / "gathered")
    commit = {BATCH_ID: "cut", BATCH_SEQUENCE: "7", BATCH_COMMIT: "1"}
    assert b'"seq":7' in (await link.request("feed.cut7", b"x", commit, timeout=LIMIT)).payload
    await link.close()
    await broker.stop()

    (block,) = stream.glob("msgs/*.blk")
    os.truncate(block, block.stat().st_size // 2)
    (stream / "msgs" / "index.db").unlink()
    shutil.copytree(tmp_path / "gathered", stream / "batches", dirs_exist_ok=True)
    await broker.start()
    link = await Connection.open(broker.url, *broker.credentials("P"))
    stored = await read(link, "FEED", 1, 6)
    assert [message.subject for message in stored] == [f"feed.cut{number}" for number in range(1, 7)]
    await link.close()
    await broker.stop()
