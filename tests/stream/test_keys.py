import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from feed.core.keys import Key, KeyType, Right, digest
from feed.core.scope import Scope
from feed.errors import BrokerError, ContradictionError
from feed.stream import keys as stream
from feed.stream.acks import publish_acked
from feed.stream.broker import Broker
from feed.stream.connection import Connection, JetStreamError
from feed.stream.keys import KeyFollower, NoSuchKeyError
from feed.stream.streams import last_sequence

Connect = Callable[..., Awaitable[Connection]]
Until = Callable[..., Awaitable[None]]


def key(key_id: str) -> Key:
    return Key(
        id=key_id,
        hash=digest(key_id),
        type=KeyType.READER,
        flags=("P",),
        rights=frozenset({Right.READ}),
        created=1,
    )


async def test_what_was_added_is_there_and_what_was_revoked_stays_so(connection: Connection):
    """The last record of a key is its state; a second revocation changes nothing, not even the time."""
    assert await stream.keys(connection) == []
    for name in ("one", "two"):
        await stream.add(connection, key(name))
    revoked = await stream.revoke(connection, "one", 7)
    assert revoked.revoked == 7
    assert await stream.revoke(connection, "one", 9) == revoked
    assert {record.key.id: record.key.revoked for record in await stream.keys(connection)} == {"one": 7, "two": None}
    assert await last_sequence(connection, "KEYS") == 3


async def test_an_id_is_given_once(connection: Connection):
    """A second key of the same id is refused and the first one stays; so it is when the first has been revoked."""
    await stream.add(connection, key("one"))
    with pytest.raises(BrokerError, match="already"):
        await stream.add(connection, key("one"))
    await stream.revoke(connection, "one", 7)
    with pytest.raises(BrokerError, match="already"):
        await stream.add(connection, key("one"))
    (record,) = await stream.keys(connection)
    assert record.key.revoked == 7


async def test_an_unknown_key_cannot_be_revoked(connection: Connection):
    """It is told, with what to do."""
    with pytest.raises(NoSuchKeyError, match="feed keys list"):
        await stream.revoke(connection, "nobody", 7)


async def test_two_who_revoke_at_once_agree(connect: Connect):
    """The slower one looks again and finds it done: one record, one time."""
    one, other = await connect(), await connect()
    await stream.add(one, key("one"))
    found = await asyncio.gather(*(stream.revoke(link, "one", now) for now, link in ((7, one), (9, other))))
    assert len(set(found)) == 1
    assert await last_sequence(one, "KEYS") == 2


async def test_a_key_that_changes_while_keys_are_read_is_among_them(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    """Its newest record is above the tip that was asked for: then all are read again."""
    one, other = await connect(), await connect()
    await stream.add(one, key("one"))
    late = [7]

    async def tip(link: Connection, name: str) -> int:
        found = await last_sequence(link, name)
        if late:
            await stream.revoke(other, "one", late.pop())
        return found

    monkeypatch.setattr(stream, "last_sequence", tip)
    assert [(record.seq, record.key.revoked) for record in await stream.keys(one)] == [(2, 7)]


async def test_a_follower_has_what_there_was_and_gets_what_comes(connection: Connection, until: Until):
    """All keys before it is opened, each change after, in order; nothing twice."""
    for name in ("one", "two"):
        await stream.add(connection, key(name))
    await stream.revoke(connection, "one", 7)
    taken: list[tuple[str, int | None]] = []
    follower = await KeyFollower.open(connection, 1, lambda each: taken.append((each.id, each.revoked)))
    assert sorted(taken) == [("one", 7), ("two", None)]
    running = asyncio.ensure_future(follower.run())
    await stream.add(connection, key("three"))
    await stream.revoke(connection, "two", 8)
    await until(lambda: len(taken) == 4)
    assert taken[2:] == [("three", None), ("two", 8)]
    running.cancel()


async def test_a_killed_broker_costs_no_key(broker: Broker, connection: Connection, until: Until):
    """They are on disk when `add` returns, and a follower goes on by itself."""
    await stream.add(connection, key("one"))
    taken: list[str] = []
    follower = await KeyFollower.open(connection, 1, lambda each: taken.append(each.id))
    running = asyncio.ensure_future(follower.run())
    os.kill(broker.pid, signal.SIGKILL)
    await until(lambda: broker.restarts and connection.is_connected)
    assert [record.key.id for record in await stream.keys(connection)] == ["one"]
    await stream.revoke(connection, "one", 7)
    await until(lambda: taken == ["one", "one"])
    running.cancel()


@pytest.mark.parametrize("subject, payload", [("keys.one", b"{}"), ("keys.one", b"\xff"), ("keys.other", None)])
async def test_a_record_of_somebody_else_ends_the_program(connection: Connection, subject: str, payload: bytes | None):
    """Keys that cannot be read must not be passed over: a revocation could be among them."""
    await stream.add(connection, key("one"))
    (record,) = await stream.keys(connection)
    stored = payload if payload is not None else await _stored(connection, record.seq)
    await publish_acked(connection, subject, stored, timeout=2)
    with pytest.raises(ContradictionError, match=subject):
        await KeyFollower.open(connection, 1, lambda _: None)


async def _stored(connection: Connection, seq: int) -> bytes:
    return (await connection.request("$JS.API.DIRECT.GET.KEYS", b'{"seq":%d}' % seq)).payload


async def test_venues_beside_the_scope_still_limit_a_key(connection: Connection):
    """The first records had them there; read without them such a key would be a wider one. Revoked, it is rewritten."""
    stored = msgspec.to_builtins(key("one")) | {"venues": ["STA", "É"], "scope": {"disciplines": ["ATH"]}}
    await stream.add(connection, key("one"))
    await publish_acked(connection, "keys.one", msgspec.json.encode(stored), timeout=2)
    for _ in range(2):
        (record,) = await stream.keys(connection)
        assert type(record.key) is Key
        assert record.key.scope == Scope.of([], ["ATH"], ["É", "STA"])
        await stream.revoke(connection, "one", 7)
    assert b'"venues":["STA","~C3~89"]' in await _stored(connection, 3)


async def test_keys_are_in_the_account_of_production_alone(connect: Connect):
    """Who is let into the test account sees and changes none of them."""
    await stream.add(await connect("P"), key("one"))
    with pytest.raises(JetStreamError):
        await last_sequence(await connect("T"), "KEYS")
