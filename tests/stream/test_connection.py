import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream import connection as subject
from feed.stream.broker import Broker
from feed.stream.child import find_server, free_port
from feed.stream.connection import Connection, JetStreamError, PayloadTooLargeError
from feed.stream.streams import last_sequence, usage
from feed.stream.wire import Incoming

pytestmark = pytest.mark.alone

Freeze = Callable[[int], Awaitable[None]]

Until = Callable[..., Awaitable[None]]
Connect = Callable[..., Awaitable[Connection]]


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "PING_EVERY", 0.05)
    monkeypatch.setattr(subject, "PING_LIMIT", 0.2)


async def _elapsed(work: Awaitable[object]) -> float:
    began = time.monotonic()
    with pytest.raises(OutcomeUnknownError):
        await work
    return time.monotonic() - began


async def test_credentials_may_stand_in_the_address(broker: Broker, connect: Connect):
    """One of several servers is dead, user and password are in the URL."""
    user, password = broker.credentials("P")
    url = f"nats://{user}:{password}@127.0.0.1:{free_port()},{broker.url}"
    connection = await Connection.open(url)
    assert (await connection.api("INFO"))["streams"] == 0
    await connection.close()


async def test_a_wrong_password_is_refused_at_once(broker: Broker):
    """nats-py would try for ever."""
    for _ in range(20):  # the server's reset sometimes comes before its reason is read
        began = time.monotonic()
        with pytest.raises(BrokerError, match="Authorization Violation"):
            await Connection.open(broker.url, "P", "wrong", limit=5)
        assert time.monotonic() - began < 1


async def test_nobody_there_is_one_clear_line():
    """The error names the address and how it failed, after the limit that was asked for."""
    url = f"nats://127.0.0.1:{free_port()}"
    began = time.monotonic()
    with pytest.raises(BrokerError, match=url):
        await Connection.open(url, limit=0.3)
    assert 0.25 < time.monotonic() - began < 1


async def test_replies_come_to_an_inbox_named_after_the_user(connection: Connection):
    """A server that gives each user its own inbox permission can allow ours."""
    assert connection.new_inbox().startswith("_INBOX.P.")
    assert connection.new_inbox() != connection.new_inbox()


async def test_what_comes_to_an_inbox_is_sent_once(connect: Connect, until: Until, monkeypatch: pytest.MonkeyPatch):
    """The subscription for replies does not take it too: the server would send every followed message twice."""
    replies: list[Incoming] = []
    monkeypatch.setattr(Connection, "_on_reply", lambda _, reply: replies.append(reply))
    connection = await connect()
    got: list[Incoming] = []
    inbox = connection.new_inbox()
    await connection.subscribe(inbox, got.append)
    for _ in range(2):
        connection.publish(inbox, b"x")
    await until(lambda: len(got) == 2)
    assert replies == []


async def test_no_listener_means_unknown_outcome(connection: Connection):
    """The server says at once that nobody is there."""
    assert await _elapsed(connection.request("nobody.there", timeout=5)) < 1


async def test_the_api_answers_with_a_dict_or_an_error(connection: Connection):
    """The JSON of the API comes as a dict; its errors as an exception with the server's number."""
    assert (await connection.api("INFO"))["type"].endswith("account_info_response")
    with pytest.raises(JetStreamError, match="stream not found") as refused:
        await connection.api("STREAM.INFO.NONE")
    assert refused.value.err_code == 10059


async def test_a_frozen_broker_means_unknown_and_the_message_is_stored_later(
    freeze: Freeze, broker: Broker, connection: Connection, epoch: str, until: Until
):
    """Every publish ends in its own time with OutcomeUnknownError, and all of them are stored once the broker wakes."""
    await freeze(broker.pid)
    elapsed = await asyncio.gather(*(_elapsed(connection.request("feed.a", timeout=0.3)) for _ in range(20)))
    assert max(elapsed) < 0.6
    os.kill(broker.pid, signal.SIGCONT)
    async with asyncio.timeout(5):
        while await last_sequence(connection) < 20:
            await asyncio.sleep(0.01)
    assert (await usage(connection))["FEED"].messages == 20


async def test_a_failed_request_leaves_nothing_behind(freeze: Freeze, broker: Broker, connection: Connection):
    """Whatever way a request fails, nobody waits for its answer any more."""
    with pytest.raises(PayloadTooLargeError):
        await connection.request("t", b"x" * (connection.max_payload + 1))
    with pytest.raises(BrokerError):
        await connection.request("t.*")
    await _elapsed(connection.request("nobody"))
    await freeze(broker.pid)
    await _elapsed(connection.request("$JS.API.INFO", timeout=0.05))
    os.kill(broker.pid, signal.SIGCONT)
    cancelled = asyncio.create_task(connection.request("$JS.API.INFO"))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait({cancelled})
    assert not connection._answers


async def test_headers_count_against_the_largest_payload(connection: Connection, until: Until):
    """The server counts them and would close the connection; the largest that fits goes through."""
    seen: list[int] = []
    await connection.subscribe("t", lambda incoming: seen.append(len(incoming.payload)))
    header = len(b"NATS/1.0\r\nA: b\r\n\r\n")
    with pytest.raises(PayloadTooLargeError):
        connection.publish("t", b"x" * (connection.max_payload - header + 1), {"A": "b"})
    connection.publish("t", b"x" * (connection.max_payload - header), {"A": "b"})
    await until(lambda: seen == [connection.max_payload - header])
    assert connection.losses == 0


async def test_a_lost_connection_ends_what_waits_at_once(freeze: Freeze, broker: Broker, connection: Connection):
    """Nobody waits out a time limit for an answer that cannot come; and offline nothing is kept for later."""
    await freeze(broker.pid)
    waiting = asyncio.create_task(_elapsed(connection.request("$JS.API.INFO", timeout=30)))
    await asyncio.sleep(0.05)
    os.kill(broker.pid, signal.SIGKILL)
    assert await waiting < 2
    assert await _elapsed(connection.request("$JS.API.INFO", timeout=30)) < 0.1
    with pytest.raises(OutcomeUnknownError):
        await connection.subscribe("t", lambda _: None)


async def test_listeners_hear_of_loss_and_return(broker: Broker, connect: Connect, until: Until):
    """False, then True; and a subscription from before works again."""
    heard: list[bool] = []
    seen: list[bytes] = []
    connection = await connect(on_change=heard.append)
    await connection.subscribe("t", lambda incoming: seen.append(incoming.payload))
    os.kill(broker.pid, signal.SIGKILL)
    await until(lambda: heard == [False, True])
    connection.publish("t", b"again")
    await until(lambda: seen == [b"again"])


async def test_a_raising_listener_does_not_end_reconnecting(broker: Broker, connect: Connect, until: Until):
    """In nats-py a callback that raises is the end of reconnecting, or makes it an endless loop."""
    caught: list[dict] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: caught.append(context))

    def listener(connected: bool) -> None:  # noqa: FBT001 - the shape of a listener
        raise RuntimeError(connected)

    connection = await connect(on_change=listener)
    for round_ in (1, 2):
        os.kill(broker.pid, signal.SIGKILL)
        await until(lambda n=round_: connection.losses == n and connection.is_connected)
        assert await connection.round_trip()
    await until(lambda: len(caught) == 4)
    assert connection.losses == 2


async def test_what_was_given_up_is_not_sent_after_the_reconnect(
    freeze: Freeze, broker: Broker, connection: Connection, epoch: str, until: Until
):
    """A backlog for a frozen broker is refused when it grows too large, and dies with the connection."""
    await freeze(broker.pid)
    # when the backlog is too large, only publishing tells
    with pytest.raises(OutcomeUnknownError, match="takes nothing off the socket"):  # noqa: PT012
        for _ in range(200):
            connection.publish("feed.late", b"x" * 1_000_000)
            await asyncio.sleep(0)
    assert connection._client.pending_data_size > 20_000_000
    os.kill(broker.pid, signal.SIGKILL)
    await until(lambda: connection.losses and connection.is_connected)
    assert await connection.round_trip()
    assert await last_sequence(connection) == 0


async def test_a_frozen_broker_is_noticed(
    freeze: Freeze, watchful: None, broker: Broker, connect: Connect, until: Until
):
    """No answer to a ping is a loss, and waking up is a return."""
    heard: list[bool] = []
    connection = await connect(on_change=heard.append)
    await freeze(broker.pid)
    await until(lambda: not connection.is_connected, 3)
    os.kill(broker.pid, signal.SIGCONT)
    await until(lambda: heard and heard[-1] and connection.is_connected, 6)


async def test_a_frozen_node_does_not_hold_up_the_way_to_another(
    freeze: Freeze, watchful: None, tmp_path: Path, until: Until
):
    """With the socket full, a polite close of the old connection would wait for the frozen node for ever."""
    with ExitStack() as ends:
        servers = {}
        for port in (free_port(), free_port()):
            arguments = [find_server(), "-a", "127.0.0.1", "-p", str(port)]
            # a fork takes a moment, and nobody is connected yet
            servers[port] = ends.enter_context(subprocess.Popen(arguments, stderr=subprocess.DEVNULL))  # noqa: ASYNC220
            ends.callback(servers[port].kill)
        connection = await Connection.open(",".join(f"127.0.0.1:{port}" for port in servers))
        first = connection._client.connected_url.port
        other = next(port for port in servers if port != first)
        await (await Connection.open(f"127.0.0.1:{other}")).close()
        await freeze(servers[first].pid)
        for _ in range(20):
            connection.publish("t", b"x" * 1_000_000)
            await asyncio.sleep(0)
        # The frozen node still takes connections, so the way may lead to it again, for 2 s each.
        await until(lambda: connection.is_connected and connection._client.connected_url.port == other, 30)
        await connection.close()


async def test_a_dead_read_loop_is_found(watchful: None, connect: Connect, until: Until):
    """nats-py says connected for ever when its read loop has ended; the watchdog connects again."""
    connection = await connect()
    connection._client._reading_task.cancel()
    await until(lambda: connection.losses == 1 and connection.is_connected)
    assert (await connection.api("INFO"))["streams"] == 0


async def test_reconnecting_that_ended_by_itself_is_taken_up_again(watchful: None, connect: Connect, until: Until):
    """An error nats-py does not expect ends its reconnecting silently."""
    connection = await connect()
    await connection._client.force_reconnect()
    connection._client._reconnection_task.cancel()
    await until(lambda: connection.is_connected)
    assert (await connection.api("INFO"))["streams"] == 0


async def test_close_sends_what_is_queued(connect: Connect, until: Until):
    """A healthy connection is closed with everything delivered."""
    seen: list[bytes] = []
    reader, writer = await connect(), await connect()
    await reader.subscribe("t", lambda incoming: seen.append(incoming.payload))
    assert await reader.round_trip()
    for _ in range(100):
        writer.publish("t", b"x" * 10_000)
    await writer.close()
    await until(lambda: len(seen) == 100)
    with pytest.raises(OutcomeUnknownError):
        writer.publish("t", b"")


async def test_close_never_hangs_on_a_frozen_broker(freeze: Freeze, broker: Broker, connect: Connect):
    """nats-py's drain raises after 12 s and leaves the connection; here it is gone in 2 s, full buffers or not."""
    connection = await connect()
    await freeze(broker.pid)
    for _ in range(20):
        connection.publish("t", b"x" * 1_000_000)
        await asyncio.sleep(0)
    waiting = asyncio.create_task(_elapsed(connection.request("t", timeout=30)))
    await asyncio.sleep(0)
    began = time.monotonic()
    await connection.close()
    assert time.monotonic() - began < 1.9
    assert await waiting < 3
    assert not connection.is_connected
    assert connection._client._transport._io_writer.transport.get_write_buffer_size() == 0
    os.kill(broker.pid, signal.SIGCONT)


async def test_close_while_reconnecting_ends_it(broker: Broker, connect: Connect, until: Until):
    """Nothing comes back after a close."""
    connection = await connect()
    await broker.stop()
    await until(lambda: not connection.is_connected)
    began = time.monotonic()
    await connection.close()
    await connection.close()
    assert time.monotonic() - began < 2.5
    names = {task.get_coro().__qualname__ for task in asyncio.all_tasks() if not task.done()}
    assert not {name for name in names if name.startswith(("Wire", "Client", "Connection"))}
