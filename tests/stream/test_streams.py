import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from feed.errors import StreamMismatchError
from feed.stream import streams
from feed.stream.acks import publish_acked
from feed.stream.broker import Broker
from feed.stream.connection import Connection, JetStreamError
from feed.stream.streams import (
    EPOCH_KEY,
    FEED,
    RAW,
    STREAMS,
    Usage,
    floor_of,
    last_sequence,
    set_up,
    stream_state,
    usage,
)

Connect = Callable[..., Awaitable[Connection]]
Until = Callable[..., Awaitable[None]]


async def test_what_one_server_has_not_heard_of_yet_is_asked_for_again(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    """In a cluster: the stream was made a moment ago, by us or by somebody else."""
    asked = Counter[str]()
    api = connection.api

    async def late(subject: str, *arguments: Any, **wishes: Any) -> dict[str, Any]:
        asked[subject] += 1
        if (subject, asked[subject]) == ("STREAM.INFO.FEED", 2):
            raise JetStreamError(10059, "stream not found")
        return await api(subject, *arguments, **wishes)

    monkeypatch.setattr(connection, "api", late)
    assert await set_up(connection) == await set_up(connection)
    assert asked["STREAM.CREATE.FEED"] == 1


async def test_setting_up_twice_changes_nothing(connection: Connection):
    """The streams are made once; the epoch is eight hex digits and stays."""
    epoch = await set_up(connection)
    assert re.fullmatch("[0-9a-f]{8}", epoch)
    assert await set_up(connection) == epoch
    assert await stream_state(connection, "FEED") == (epoch, 0)
    assert set(await usage(connection)) == {spec.name for spec in STREAMS}


async def test_several_who_set_up_at_once_agree(connect: Connect):
    """Whoever comes second takes the epoch of the first."""
    connections = [await connect() for _ in range(6)]
    assert len(set(await asyncio.gather(*map(set_up, connections)))) == 1


async def test_a_broker_that_cannot_tell_is_asked_again(
    broker: Broker, connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """In a cluster nobody answers for a stream that has no leader yet; that is no reason to give up a start."""
    monkeypatch.setattr(streams, "INFO_SECONDS", 0.05)
    os.kill(broker.pid, signal.SIGSTOP)
    asked = connection._count
    starting = asyncio.create_task(set_up(connection))
    await until(lambda: connection._count > asked + 2)
    os.kill(broker.pid, signal.SIGCONT)
    assert await starting == epoch


async def test_both_accounts_have_room_for_all_streams(connect: Connect):
    """The reservations of P and T together fit the server, and their epochs differ."""
    epochs = [await set_up(await connect(flag)) for flag in ("P", "T")]
    assert len(set(epochs)) == 2


async def test_an_epoch_outlives_the_server(broker: Broker, connection: Connection, epoch: str, until: Until):
    """It is stored with the stream."""
    os.kill(broker.pid, signal.SIGKILL)
    await until(lambda: broker.restarts and connection.is_connected)
    assert await set_up(connection) == epoch


async def test_a_stream_with_other_settings_is_refused_field_by_field(connection: Connection):
    """One line for each difference: stream, field, expected, found; also a field that should not be there."""
    other = FEED.settings(1) | {
        "max_bytes": 1000,
        "max_age": 5_000_000_000,
        "deny_purge": False,
        "metadata": {EPOCH_KEY: "XYZ"},
        "allow_msg_ttl": True,
        "republish": {"src": ">", "dest": "copy.>"},
    }
    await connection.api("STREAM.CREATE.FEED", other)
    with pytest.raises(StreamMismatchError) as refused:
        await set_up(connection, [RAW, FEED])
    lines = refused.value.detail.splitlines()[1:]
    assert f"  FEED max_bytes: expected {FEED.max_bytes}, found 1000" in lines
    assert "  FEED max_age: expected 0, found 5000000000" in lines
    assert "  FEED deny_purge: expected true, found false" in lines
    assert "  FEED allow_msg_ttl: expected false, found true" in lines
    assert any(line.startswith("  FEED republish: expected null, found {") for line in lines)
    assert any(line.startswith(f"  FEED metadata: expected {EPOCH_KEY} with 8 hex digits") for line in lines)
    assert len(lines) == 6


async def test_another_number_of_replicas_is_a_difference(connection: Connection, epoch: str):
    """A stream made on one server is not silently taken for a replicated one."""
    with pytest.raises(StreamMismatchError, match="FEED num_replicas: expected 3, found 1"):
        await set_up(connection, [FEED], replicas=3)


async def test_replicas_one_server_cannot_give_are_refused(connection: Connection):
    """The server's own refusal comes through."""
    with pytest.raises(JetStreamError, match="replicas > 1 not supported"):
        await set_up(connection, [FEED], replicas=3)


async def test_nothing_can_be_deleted_or_purged(connection: Connection, epoch: str):
    """Neither one message nor all of them."""
    await publish_acked(connection, "feed.a", b"", timeout=2)
    with pytest.raises(JetStreamError) as deleting:
        await connection.api("STREAM.MSG.DELETE.FEED", {"seq": 1})
    with pytest.raises(JetStreamError) as purging:
        await connection.api("STREAM.PURGE.FEED")
    assert (deleting.value.err_code, purging.value.err_code) == (10057, 10110)


async def test_the_floor_is_before_the_oldest_message(connection: Connection, epoch: str):
    """0 as long as nothing is gone; a stream without our settings shows what it is when the beginning is."""
    assert await floor_of(connection) == 0
    await connection.api("STREAM.CREATE.LOST", {"name": "LOST", "subjects": ["lost"]})
    for _ in range(3):
        await publish_acked(connection, "lost", b"", timeout=5)
    assert await floor_of(connection, "LOST") == 0
    for gone, floor in ((3, 2), (4, 3)):
        await connection.api("STREAM.PURGE.LOST", {"seq": gone})
        assert await floor_of(connection, "LOST") == floor


async def test_several_documents_can_be_one(connection: Connection, epoch: str):
    """FEED takes atomic batches."""
    headers = {"Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1"}
    await connection.request("feed.a", b"", headers)
    headers |= {"Nats-Batch-Sequence": "2", "Nats-Batch-Commit": "1"}
    assert await publish_acked(connection, "feed.b", b"", headers, timeout=2) == 2


async def test_usage_and_last_sequence_count_what_is_stored(connection: Connection, epoch: str):
    """Messages, bytes and the last sequence of each stream."""
    for _ in range(3):
        await publish_acked(connection, "feed.a", b"x" * 100, timeout=2)
    found = (await usage(connection))["FEED"]
    assert isinstance(found, Usage)
    assert (found.messages, found.last_seq, found.max_bytes) == (3, 3, FEED.max_bytes)
    assert 300 < found.bytes < 1000
    assert await last_sequence(connection) == 3
    assert await last_sequence(connection, "RAW") == 0
