import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import pytest
from nats.aio.client import Client

from feed.errors import BrokerError
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.wire import SUBJECT_LIMIT, Incoming, Wire, publish_command, read_headers, write_headers

Freeze = Callable[[int], Awaitable[None]]

Until = Callable[..., Awaitable[None]]


@pytest.mark.parametrize(
    "name",
    [
        "_process_msg",
        "_process_err",
        "_connect_command",
        "_attempt_reconnect",
        "_send_ping",
        "force_reconnect",
        "subscribe",
        "new_inbox",
    ],
)
def test_the_joints_are_still_where_they_were(name: str):
    """What this project replaces or calls in nats-py exists there: a new version that moves it fails here."""
    assert asyncio.iscoroutinefunction(Client.__dict__[name]) is (name not in {"new_inbox", "_connect_command"})


def test_the_state_is_still_where_it_was():
    """The attributes of nats-py that are read here, with the types that are relied on."""
    client = Wire(lambda: None, lambda _: None)
    assert client._pending == []
    assert client._pending_data_size == 0
    assert client._subs == {}
    assert client._flush_queue is None
    assert client._flusher_task is None
    assert client._reconnection_task is None
    assert client._transport is None


@pytest.mark.parametrize(
    "block, status, note, headers",
    [
        (b"NATS/1.0\r\nA: b\r\nFeed-Nocs:  FRA,GER \r\n\r\n", 0, "", {"A": "b", "Feed-Nocs": "FRA,GER"}),
        (b"NATS/1.0 503\r\n\r\n", 503, "", {}),
        (b"NATS/1.0 404 No Messages\r\n\r\n", 404, "No Messages", {}),
        (b"NATS/1.0 100 Idle Heartbeat\r\nX: 1:2\r\n\r\n", 100, "Idle Heartbeat", {"X": "1:2"}),
        (b"NATS/1.0\r\nA: 1\r\nA: 2\r\nno colon\r\n\r\n", 0, "", {"A": "2"}),
        ("NATS/1.0\r\nName: Ødegård\r\n\r\n".encode(), 0, "", {"Name": "Ødegård"}),
    ],
)
def test_header_blocks_are_read(block: bytes, status: int, note: str, headers: dict[str, str]):
    """Status line and headers in every form the server sends them."""
    assert read_headers(block) == (status, note, headers)


def test_headers_come_back_as_they_were_written():
    """Written and read again, also beyond ASCII."""
    headers = {"Feed-Version": "7", "Feed-Athletes": "*", "Name": "Željko"}
    assert read_headers(write_headers(headers)) == (0, "", headers)


def test_a_header_value_cannot_start_another_header():
    """Line breaks become blanks; a name with a colon or blank is refused."""
    assert read_headers(write_headers({"A": "x\r\nNats-Rollup: all"}))[2] == {"A": "x  Nats-Rollup: all"}
    for name in ("A: b", "A b", "", "A\r\nB"):
        with pytest.raises(BrokerError):
            write_headers({name: "x"})


@pytest.mark.parametrize(
    "subject",
    ["", "feed.*", "feed.>", "feed.a b", "feed..a", ".feed", "feed.", "feed.\r\nPUB x", "f" * (SUBJECT_LIMIT + 1)],
)
def test_a_subject_that_does_harm_is_refused(subject: str):
    """Patterns are stored literally, and blanks or too many bytes make the server close the connection."""
    with pytest.raises(BrokerError):
        publish_command(subject, "", b"", b"")


def test_commands_have_the_form_of_the_protocol():
    """PUB without and HPUB with headers, with the sizes the protocol wants."""
    assert publish_command("a.b", "", b"", b"xyz") == b"PUB a.b  3\r\nxyz\r\n"
    assert publish_command("a.b", "r", b"NATS/1.0\r\n\r\n", b"xyz") == b"HPUB a.b r 12 15\r\nNATS/1.0\r\n\r\nxyz\r\n"


async def test_the_longest_allowed_subject_costs_no_connection(connection: Connection):
    """The limit here is below the server's, with room for the reply subject."""
    connection.publish("f" * SUBJECT_LIMIT, b"", {"A": "b"}, reply="r" * 200)
    assert await connection.round_trip()
    assert connection.losses == 0


async def test_a_raising_callback_costs_no_other_message(connection: Connection, until: Until):
    """The read loop goes on, the problem is noted, and later messages arrive."""
    seen: list[bytes] = []

    def callback(incoming: Incoming) -> None:
        seen.append(incoming.payload)
        if incoming.payload == b"1":
            raise ZeroDivisionError("in a callback")

    await connection.subscribe("t", callback)
    for payload in (b"0", b"1", b"2"):
        connection.publish("t", payload)
    await until(lambda: seen == [b"0", b"1", b"2"])
    assert connection.last_error == "in a callback"
    assert connection.losses == 0


async def test_an_error_of_the_server_does_not_end_the_connection_for_good(connection: Connection, until: Until):
    """nats-py closes for ever after an over-long line; here a new connection is made and subscriptions live on."""
    seen: list[bytes] = []
    await connection.subscribe("t", lambda incoming: seen.append(incoming.payload))
    connection._client.send(b"PUB " + b"x" * 5000 + b" 0\r\n\r\n")
    await until(lambda: connection.losses == 1 and connection.is_connected)
    connection.publish("t", b"after")
    await until(lambda: seen == [b"after"])


async def test_a_late_pong_does_not_end_the_read_loop(freeze: Freeze, broker: Broker, connection: Connection):
    """nats-py's own flush cancels the future that a late PONG then trips over."""
    await freeze(broker.pid)
    assert not await connection.round_trip(0.1)
    os.kill(broker.pid, signal.SIGCONT)
    assert await connection.round_trip(2)
    assert await connection.round_trip(2)
    assert connection.losses == 0


async def test_what_is_queued_reaches_the_server_before_a_round_trip_is_over(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    """A ping that goes ahead of it would be answered while all of it is still here."""
    transport, sent = connection._client._transport, bytearray()
    write, writelines = transport.write, transport.writelines
    monkeypatch.setattr(transport, "write", lambda part: (sent.extend(part), write(part)))
    monkeypatch.setattr(transport, "writelines", lambda parts: (sent.extend(b"".join(parts)), writelines(parts)))
    connection.publish("t", b"queued")
    assert await connection.round_trip()
    assert 0 < sent.index(b"queued") < sent.index(b"PING")


async def test_a_client_that_never_was_connected_has_no_round_trip():
    """Nor does it wait for one."""
    assert not await Wire(lambda: None, lambda _: None).settled(5)


async def test_what_a_lost_connection_threw_away_has_not_reached_the_server(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    """Whoever flushes then is another, and the queue is empty."""
    asking = asyncio.ensure_future(connection.round_trip())
    await asyncio.sleep(0)
    another = asyncio.ensure_future(asyncio.sleep(0))
    monkeypatch.setattr(connection._client, "_flusher_task", another)
    assert not await asking


async def test_nobody_queues_behind_a_full_queue(connection: Connection, monkeypatch: pytest.MonkeyPatch):
    """A server that takes nothing must not hold up who wants to close."""
    full: asyncio.Queue[object] = asyncio.Queue(1)
    full.put_nowait(object())
    with monkeypatch.context() as patch:
        patch.setattr(connection._client, "_flush_queue", full)
        assert not await asyncio.wait_for(connection.round_trip(60), 5)
    assert await connection.round_trip()


async def test_an_ended_subscription_gets_nothing_more(connection: Connection, until: Until):
    """Also what was under way is dropped, and the others go on."""
    ended: list[Incoming] = []
    other: list[Incoming] = []
    subscription = await connection.subscribe("t", ended.append)
    await connection.subscribe("t", other.append)
    connection.publish("t", b"")
    subscription.close()
    subscription.close()
    await until(lambda: len(other) == 1)
    assert not ended
