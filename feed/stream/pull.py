"""One pull consumer on the server and its inbox: credit kept ahead, every number checked, the first doubt ends it."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream.connection import Connection, Subscription
from feed.stream.wire import Incoming

CREDIT: Final = 500  # messages asked for ahead; asked again when half is used
CREDIT_BYTES: Final = 16 << 20  # bytes a request; two of them stay below what the server queues for a client (64 MB)
SMALL_CREDIT: Final = 50  # messages asked for at once where bytes must not be limited; 1 MB each still is below 64 MB
EXPIRES: Final = 30.0  # seconds a request waits on the server
HEARTBEAT: Final = 1.0  # seconds; what the server says when it has nothing to send
SILENCE: Final = 2.5  # seconds without message or heartbeat: the consumer is gone, whatever the connection says
INACTIVE: Final = 30.0  # seconds until the server forgets a consumer nobody asks
_SECOND: Final = 1_000_000_000  # JetStream counts in nanoseconds
_V1_TOKENS: Final = 9
_V2_TOKENS: Final = 11  # or 12, with a random token at the end
_HEARTBEAT, _NO_MESSAGES, _EXPIRED, _CONFLICT = 100, 404, 408, 409


class StreamMessage(NamedTuple):
    """One stored message: its stream sequence, full subject, headers (maybe none) and payload, as they were stored."""

    seq: int
    subject: str
    headers: dict[str, str]
    payload: bytes


class Position(NamedTuple):
    """What the reply subject of a delivered message tells: both sequences and how many are still to come."""

    stream_seq: int
    consumer_seq: int
    pending: int


def read_position(reply: str) -> Position | None:
    """Read `$JS.ACK...` in the form of 9 tokens and in that of 11 or 12 (with domain and account); else None."""
    tokens = reply.split(".")
    if tokens[:2] != ["$JS", "ACK"]:
        return None
    if len(tokens) == _V1_TOKENS:
        numbers = tokens[5], tokens[6], tokens[8]
    elif len(tokens) >= _V2_TOKENS:
        numbers = tokens[7], tokens[8], tokens[10]
    else:
        return None
    if not all(number.isdigit() for number in numbers):
        return None
    return Position(*map(int, numbers))


class Pull:
    """A pull consumer that lives until the first doubt; `ended` then tells why. One use only.

    `take(message, pending)` is called from the read loop for each message in order.

    A follower (`follow`) reads the stream without a filter: its credit is renewed as it is used, and a sequence that
    is left out counts as a gap. Otherwise credit is given only by `top_up`, `moved` is set whenever anything came that
    may call for it, and a request has no limit of bytes: nats-server 2.15.1 drops the message that exceeds it from a
    consumer of last_per_subject, without leaving a gap in the consumer's own count.
    """

    def __init__(
        self,
        connection: Connection,
        stream: str,
        start: Mapping[str, Any],
        take: Callable[[StreamMessage, int], None],
        *,
        idle: Callable[[], None] | None = None,
        follow: bool = True,
    ) -> None:
        self.heard = False
        self.moved = asyncio.Event()
        self._connection = connection
        self._stream = stream
        self._start = start
        self._take = take
        self._idle = idle
        self._follow = follow
        self._full = CREDIT if follow else SMALL_CREDIT
        self._name = f"feed-{secrets.token_hex(8)}"
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[str | Exception] = self._loop.create_future()
        self._heard_at = self._loop.time()
        self._subscription: Subscription | None = None
        self._inbox = ""
        self._credit = 0
        self._consumer_seq = 0
        self._stream_seq = 0

    async def open(self) -> int:
        """Make the consumer, give it credit, and return how many messages it has to deliver now.

        Raises OutcomeUnknownError, JetStreamError or BrokerError.
        """
        self._connection.listeners.add(self._on_change)
        self._inbox = self._connection.new_inbox()
        self._subscription = await self._connection.subscribe(self._inbox, self._on_incoming)
        config = {
            "name": self._name,
            "ack_policy": "none",
            "replay_policy": "instant",
            "inactive_threshold": int(INACTIVE * _SECOND),
            "num_replicas": 1,
            "mem_storage": True,
        }
        body = {"stream_name": self._stream, "config": config | dict(self._start)}
        answer = await self._connection.api(f"CONSUMER.CREATE.{self._stream}.{self._name}", body, timeout=2.0)
        self.top_up()
        return int(answer["num_pending"])

    async def ended(self) -> str:
        """Wait until the consumer is of no use any more and return why. Raises what `take` or `idle` raised."""
        while not self._end.done():
            await asyncio.wait({self._end}, timeout=SILENCE / 2)
            if self._credit and self._loop.time() - self._heard_at > SILENCE:
                self._finish(f"nothing heard for {SILENCE:g} s")
        end = self._end.result()
        if isinstance(end, Exception):
            raise end
        return end

    @property
    def is_over(self) -> bool:
        """Whether `ended` would return or raise at once."""
        return self._end.done()

    def close(self) -> None:
        """Forget the consumer, here and (if it can be told) on the server."""
        self._finish("closed")
        self._connection.listeners.discard(self._on_change)
        if self._subscription is not None:
            self._subscription.close()
        try:
            self._connection.publish(
                f"$JS.API.CONSUMER.DELETE.{self._stream}.{self._name}", b"", reply=self._connection.new_inbox()
            )
        except (OutcomeUnknownError, BrokerError):
            return  # the server forgets it by itself after INACTIVE

    def top_up(self) -> None:
        """Ask for more when half of the credit is used."""
        if self._credit > self._full // 2 or self._end.done():
            return
        request = {
            "batch": self._full - self._credit,
            "expires": int(EXPIRES * _SECOND),
            "idle_heartbeat": int(HEARTBEAT * _SECOND),
        }
        if self._follow:
            request["max_bytes"] = CREDIT_BYTES
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._name}"
        try:
            self._connection.publish(subject, msgspec.json.encode(request), reply=self._inbox)
        except (OutcomeUnknownError, BrokerError) as problem:
            self._finish(str(problem))
        else:
            self._credit = self._full
            self._heard_at = self._loop.time()

    def _finish(self, end: str | Exception) -> None:
        if not self._end.done():
            self._end.set_result(end)
            self.moved.set()

    def _on_change(self, connected: bool) -> None:  # noqa: FBT001 - the shape of a listener
        if not connected:
            self._finish("the connection to the broker was lost")

    def _on_incoming(self, incoming: Incoming) -> None:
        if self._end.done():
            return
        self.heard = True
        self._heard_at = self._loop.time()
        self.moved.set()
        try:
            if incoming.status:
                self._on_status(incoming)
            else:
                self._on_message(incoming)
        except Exception as problem:  # noqa: BLE001 - not lost: `ended` raises it in the owner's task
            self._finish(problem)

    def known(self, message: StreamMessage) -> None:
        """Hand over what somebody knows to be stored before the server sends it, as if it came with nothing behind."""
        if self._end.done():
            return
        try:
            self._take(message, 0)
            if self._idle is not None:
                self._idle()
        except Exception as problem:  # noqa: BLE001 - as in `_on_incoming`
            self._finish(problem)

    def _on_message(self, incoming: Incoming) -> None:
        position = read_position(incoming.reply)
        if position is None:
            self._finish(f"a message without position: reply {incoming.reply!r}")
            return
        stream_seq, consumer_seq, pending = position
        left_out = self._follow and self._stream_seq and stream_seq != self._stream_seq + 1
        if consumer_seq != self._consumer_seq + 1 or stream_seq <= self._stream_seq or left_out:
            self._finish(
                f"gap: after {self._consumer_seq} (stream {self._stream_seq}) came {consumer_seq} ({stream_seq})"
            )
            return
        self._consumer_seq = consumer_seq
        self._stream_seq = stream_seq
        self._credit -= 1
        self._take(StreamMessage(stream_seq, incoming.subject, incoming.headers, incoming.payload), pending)
        if self._follow:
            self.top_up()
        if not pending and self._idle is not None:
            self._idle()

    def _on_status(self, incoming: Incoming) -> None:
        status, headers = incoming.status, incoming.headers
        if status == _HEARTBEAT:
            # The last message may be the one that was lost: nothing would ever come after it to show the gap.
            if int(headers.get("Nats-Last-Consumer", self._consumer_seq)) > self._consumer_seq:
                self._finish(f"gap: the server has sent {headers['Nats-Last-Consumer']}, here is {self._consumer_seq}")
            elif self._idle is not None:
                self._idle()
        elif status in (_NO_MESSAGES, _EXPIRED) or (
            status == _CONFLICT and incoming.note.startswith(("Message Size", "Batch Completed"))
        ):
            self._credit -= min(int(headers.get("Nats-Pending-Messages", self._credit)), self._credit)
            self.top_up()
        else:
            self._finish(f"the server ended the consumer: {status} {incoming.note}".rstrip())
