import os
import signal
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from feed.errors import OutcomeUnknownError
from feed.stream.acks import StreamFullError, WrongLastSequenceError, publish_acked, read_ack
from feed.stream.broker import Broker
from feed.stream.connection import NOT_NOW, Connection, JetStreamError
from feed.stream.streams import FEED, last_sequence, set_up

Freeze = Callable[[int], Awaitable[None]]
EXPECTED = "Nats-Expected-Last-Subject-Sequence"


async def test_the_sequence_is_that_of_the_stream(connection: Connection, epoch: str):
    """Acknowledged in order, whatever the subject."""
    seqs = [await publish_acked(connection, f"feed.{each}", b"", {"Feed-Version": "1"}, timeout=2) for each in "aba"]
    assert seqs == [1, 2, 3]


async def test_the_guard_refuses_who_has_not_seen_the_last_message(connection: Connection, epoch: str):
    """The expected last sequence of the subject decides; nothing is stored on a miss."""
    assert await publish_acked(connection, "feed.a", b"", {EXPECTED: "0"}, timeout=2) == 1
    assert await publish_acked(connection, "feed.b", b"", {EXPECTED: "0"}, timeout=2) == 2
    with pytest.raises(WrongLastSequenceError) as refused:
        await publish_acked(connection, "feed.a", b"", {EXPECTED: "0"}, timeout=2)
    assert refused.value.err_code == 10071
    assert await publish_acked(connection, "feed.a", b"", {EXPECTED: "1"}, timeout=2) == 3
    assert await last_sequence(connection) == 3


async def test_who_wants_hears_of_it_before_who_waits(connection: Connection, epoch: str):
    """The sequence, once it is stored; of a refusal nothing."""
    heard: list[int | str] = []

    async def publish() -> None:
        heard.append(
            f"{await publish_acked(connection, 'feed.a', b'', {EXPECTED: '0'}, timeout=2, heard=heard.append)}"
        )

    await publish()
    with pytest.raises(WrongLastSequenceError):
        await publish()
    assert heard == [1, "1"]


async def test_a_full_stream_refuses_and_forgets_nothing(connection: Connection):
    """Above max_bytes the new message is refused, the first one is still there."""
    await set_up(connection, [FEED._replace(max_bytes=4000)])
    stored = 0
    with pytest.raises(StreamFullError) as refused:  # noqa: PT012 - which one is refused is not the point
        for _ in range(10):
            stored = await publish_acked(connection, "feed.a", b"x" * 1000, timeout=2)
    assert refused.value.hint
    assert 0 < stored < 10
    state = (await connection.api("STREAM.INFO.FEED"))["state"]
    assert (state["first_seq"], state["last_seq"]) == (1, stored)


async def test_another_refusal_keeps_its_number(connection: Connection, epoch: str):
    """Expecting another stream is neither a miss nor full."""
    with pytest.raises(JetStreamError) as refused:
        await publish_acked(connection, "feed.a", b"", {"Nats-Expected-Stream": "OTHER"}, timeout=2)
    assert refused.value.err_code == 10060
    assert type(refused.value) is JetStreamError


async def test_no_answer_is_an_unknown_outcome(freeze: Freeze, broker: Broker, connection: Connection, epoch: str):
    """Nobody for the subject, or a broker that does not answer."""
    with pytest.raises(OutcomeUnknownError):
        await publish_acked(connection, "other.a", b"", timeout=2)
    await freeze(broker.pid)
    with pytest.raises(OutcomeUnknownError):
        await publish_acked(connection, "feed.a", b"", timeout=0.1)
    os.kill(broker.pid, signal.SIGCONT)


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b'"7"', b"{}", b'{"stream":"FEED"}', b'{"seq":"x"}'])
def test_what_is_no_acknowledgement_proves_nothing(payload: bytes):
    """An answer that cannot be read is no answer."""
    with pytest.raises(OutcomeUnknownError):
        read_ack(payload)


@pytest.mark.parametrize("code", sorted(NOT_NOW))
def test_what_a_cluster_answers_between_two_leaders_decides_nothing(code: int):
    """It may have been stored or not, as where nobody answers; also a refusal that has the number of HTTP alone."""
    for error in ({"code": 503, "err_code": code}, {"code": 503}, {"code": 500}):
        with pytest.raises(OutcomeUnknownError, match="raft: not leader"):
            read_ack(msgspec.json.encode({"error": error | {"description": "raft: not leader"}}))


@pytest.mark.parametrize(
    "code, error",
    [
        (10071, WrongLastSequenceError),
        (10164, WrongLastSequenceError),
        (10077, StreamFullError),
        (10047, StreamFullError),
        (10023, StreamFullError),
        (10002, StreamFullError),
        (10054, JetStreamError),
    ],
)
def test_refusals_have_their_names(code: int, error: type[JetStreamError]):
    """Each number the server uses for a miss or for no room."""
    with pytest.raises(JetStreamError) as refused:
        read_ack(msgspec.json.encode({"error": {"code": 400, "err_code": code, "description": "why"}}))
    assert type(refused.value) is error
    assert refused.value.err_code == code
    assert "why" in str(refused.value)
