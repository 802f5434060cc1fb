import asyncio
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from feed.stream import pull as subject
from feed.stream.acks import publish_acked
from feed.stream.broker import Broker
from feed.stream.child import find_server, free_port
from feed.stream.connection import Connection
from feed.stream.pull import Position, Pull, StreamMessage, read_position
from feed.stream.streams import FEED, set_up
from feed.stream.wire import Incoming

Freeze = Callable[[int], Awaitable[None]]

Until = Callable[..., Awaitable[None]]
START = {"deliver_policy": "by_start_sequence", "opt_start_seq": 1}


async def _publish(connection: Connection, count: int, size: int = 1) -> None:
    for _ in range(count):
        await publish_acked(connection, "feed.a", b"x" * size, timeout=2)


@pytest.mark.parametrize(
    "reply, position",
    [
        ("$JS.ACK.FEED.c.1.70.8.1795310771264442879.5", Position(70, 8, 5)),
        ("$JS.ACK._.hash.FEED.c.1.70.8.1795310771264442879.5", Position(70, 8, 5)),
        ("$JS.ACK.domain.hash.FEED.c.1.70.8.1795310771264442879.5.token", Position(70, 8, 5)),
        ("$JS.ACK.FEED.c.1.70.8.1795310771264442879", None),
        ("$JS.ACK.FEED.c.1.x.8.1795310771264442879.5", None),
        ("$JS.FC.FEED.c.1.70.8.1795310771264442879.5", None),
        ("_INBOX.a", None),
        ("", None),
    ],
)
def test_positions_are_read_in_both_forms(reply: str, position: Position | None):
    """Nine tokens, or eleven or twelve with domain and account; anything else has no position."""
    assert read_position(reply) == position


async def test_the_second_form_of_a_real_server_is_understood(tmp_path: Path, until: Until):
    """A server with js_ack_fc_v2 ends nats-py's own ordered consumer; here messages arrive."""
    port = free_port()
    (tmp_path / "nats.conf").write_text(
        f'listen: "127.0.0.1:{port}"\njetstream: {{store_dir: "{tmp_path}/store", max_file_store: 1TB}}\n'
        "feature_flags: {js_ack_fc_v2: true}\n"
    )
    with (
        # a fork takes a moment, and nobody is connected yet
        subprocess.Popen([find_server(), "-c", tmp_path / "nats.conf"], stderr=subprocess.DEVNULL) as server,  # noqa: ASYNC220
        ExitStack() as ends,
    ):
        ends.callback(server.kill)
        connection = await Connection.open(f"nats://127.0.0.1:{port}")
        await set_up(connection, [FEED])
        await _publish(connection, 3)
        replies: list[str] = []
        seen: list[StreamMessage] = []
        pull = Pull(connection, "FEED", START, lambda message, _: seen.append(message))
        on_incoming = pull._on_incoming
        pull._on_incoming = lambda incoming: (replies.append(incoming.reply), on_incoming(incoming))
        await pull.open()
        await until(lambda: len(seen) == 3)
        assert [message.seq for message in seen] == [1, 2, 3]
        assert len(replies[0].split(".")) > 9
        pull.close()
        await connection.close()


async def test_credit_is_renewed_before_it_is_used_up(
    connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """Many more messages than one request asks for flow without waiting for anything to expire."""
    monkeypatch.setattr(subject, "CREDIT", 10)
    seen: list[int] = []
    pull = Pull(connection, "FEED", START, lambda message, _: seen.append(message.seq))
    assert await pull.open() == 0
    await _publish(connection, 200)
    await until(lambda: len(seen) == 200, 2)
    assert seen == list(range(1, 201))
    pull.close()


async def test_what_is_known_before_it_comes_is_handed_over_until_the_end(connection: Connection, epoch: str):
    """Whether the server has sent anything or not; with nothing behind it."""
    seen: list[tuple[int, int]] = []
    idle_at: list[int] = []
    pull = Pull(
        connection,
        "FEED",
        START,
        lambda message, pending: seen.append((message.seq, pending)),
        idle=lambda: idle_at.append(len(seen)),
    )
    await pull.open()
    pull.known(StreamMessage(1, "feed.a", {}, b"x"))
    pull.close()
    pull.known(StreamMessage(2, "feed.a", {}, b"x"))
    assert (seen, idle_at) == ([(1, 0)], [1])


async def test_who_does_not_follow_gets_no_more_than_asked_for(
    connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """The reader decides when it wants more."""
    monkeypatch.setattr(subject, "SMALL_CREDIT", 10)
    await _publish(connection, 30)
    seen: list[int] = []
    pull = Pull(connection, "FEED", START, lambda message, _: seen.append(message.seq), follow=False)
    assert await pull.open() == 30
    await until(lambda: len(seen) == 10)
    assert await connection.round_trip()
    assert len(seen) == 10
    pull.top_up()
    await until(lambda: len(seen) == 20)
    pull.close()


async def test_a_limit_of_bytes_and_an_expired_request_end_nothing(
    connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """Requests that the server ends are followed by the next one, and the same consumer goes on."""
    monkeypatch.setattr(subject, "CREDIT_BYTES", 5000)
    monkeypatch.setattr(subject, "EXPIRES", 0.3)
    monkeypatch.setattr(subject, "HEARTBEAT", 0.1)
    statuses: set[int] = set()
    seen: list[int] = []
    pull = Pull(connection, "FEED", START, lambda message, _: seen.append(message.seq))
    on_status = pull._on_status
    pull._on_status = lambda incoming: (statuses.add(incoming.status), on_status(incoming))
    await pull.open()
    await _publish(connection, 20, 1000)
    await until(lambda: statuses >= {100, 408, 409})
    await _publish(connection, 20, 1000)
    await until(lambda: len(seen) == 40)
    assert seen == list(range(1, 41))
    pull.close()
    assert await pull.ended() == "closed"


async def _opened(connection: Connection, *, follow: bool = True) -> tuple[Pull, list[int]]:
    seen: list[int] = []
    pull = Pull(connection, "FEED", START, lambda message, _: seen.append(message.seq), follow=follow)
    await pull.open()
    return pull, seen


@pytest.mark.parametrize("follow", [True, False])
async def test_a_lost_message_ends_the_consumer_before_the_next_is_taken(
    connection: Connection,
    epoch: str,
    follow: bool,  # noqa: FBT001 - a parameter of the test
):
    """What comes after a gap is not delivered; also where the stream's own sequence may leave numbers out."""
    pull, seen = await _opened(connection, follow=follow)
    pass_on = pull._on_message
    pull._on_message = lambda incoming: None if incoming.payload == b"lost" else pass_on(incoming)
    for payload in (b"1", b"lost", b"3", b"4"):
        await publish_acked(connection, "feed.a", payload, timeout=2)
    async with asyncio.timeout(2):
        assert (await pull.ended()).startswith("gap: after 1 ")
    assert seen == [1]
    pull.close()


async def test_the_loss_of_the_last_message_shows_in_the_heartbeat(connection: Connection, epoch: str):
    """Nothing comes after it, so the server's own count is compared."""
    pull, seen = await _opened(connection)
    pull._on_message = lambda _: None
    await publish_acked(connection, "feed.a", b"", timeout=2)
    async with asyncio.timeout(5):
        assert (await pull.ended()) == "gap: the server has sent 1, here is 0"
    assert not seen
    pull.close()


async def test_a_sequence_that_does_not_rise_ends_the_consumer(connection: Connection, epoch: str):
    """A message from before the last one, or one without a position, is not believed."""
    for reply in ("$JS.ACK.FEED.c.1.0.1.0.0", "elsewhere"):
        pull, seen = await _opened(connection)
        pull._on_incoming(Incoming("feed.a", reply, 0, "", {}, b""))
        assert not seen
        assert not (await pull.ended()).startswith("closed")
        pull.close()


async def test_a_deleted_consumer_is_noticed_at_once(connection: Connection, epoch: str, until: Until):
    """The server says so to a waiting request."""
    pull, seen = await _opened(connection)
    await _publish(connection, 1)
    await until(lambda: seen)
    await connection.api(f"CONSUMER.DELETE.FEED.{pull._name}")
    async with asyncio.timeout(1):
        assert await pull.ended() == "the server ended the consumer: 409 Consumer Deleted"
    pull.close()


async def test_silence_is_noticed(
    freeze: Freeze, connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch, broker: Broker
):
    """Neither message nor heartbeat, though the connection seems well."""
    monkeypatch.setattr(subject, "SILENCE", 0.5)
    pull, _ = await _opened(connection)
    await freeze(broker.pid)
    async with asyncio.timeout(2):
        assert await pull.ended() == "nothing heard for 0.5 s"
    assert connection.is_connected
    os.kill(broker.pid, signal.SIGCONT)
    pull.close()


async def test_a_lost_connection_is_noticed_at_once(connection: Connection, epoch: str, broker: Broker):
    """Long before the silence would tell."""
    pull, _ = await _opened(connection)
    os.kill(broker.pid, signal.SIGKILL)
    async with asyncio.timeout(1):
        assert await pull.ended() == "the connection to the broker was lost"
    pull.close()


async def test_a_closed_consumer_is_gone_on_the_server(connection: Connection, epoch: str):
    """It is deleted, not left to its time-out, and its inbox is closed."""
    pull, seen = await _opened(connection)
    pull.close()
    async with asyncio.timeout(5):
        while (await connection.api("CONSUMER.NAMES.FEED"))["total"]:
            pass
    await publish_acked(connection, "feed.a", b"", timeout=2)
    assert not seen
    assert not connection.listeners


async def test_what_the_reader_raises_is_raised_to_its_owner(connection: Connection, epoch: str):
    """Not swallowed in the read loop, and nothing more is taken."""
    taken: list[int] = []

    def take(message: StreamMessage, _: int) -> None:
        taken.append(message.seq)
        raise ZeroDivisionError

    await _publish(connection, 3)
    pull = Pull(connection, "FEED", START, take)
    await pull.open()
    with pytest.raises(ZeroDivisionError):
        await pull.ended()
    assert taken == [1]
    assert await connection.round_trip()
    pull.close()
