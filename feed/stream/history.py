"""Reading old messages of a stream in batches, without a consumer."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from feed.errors import OutcomeUnknownError
from feed.stream.connection import Connection, JetStreamError
from feed.stream.pull import StreamMessage
from feed.stream.wire import Incoming

MAX_BYTES: Final = 4 << 20  # bytes of one answer of the server
BATCH: Final = 1000  # messages of one answer
TIMEOUT: Final = 5.0  # seconds for one answer
_END, _NOT_FOUND = 204, 404
# What a direct get adds to the stored headers.
_ADDED: Final = (
    "Nats-Stream",
    "Nats-Subject",
    "Nats-Sequence",
    "Nats-Time-Stamp",
    "Nats-Num-Pending",
    "Nats-Last-Sequence",
)


async def read(
    connection: Connection, stream: str, first: int, count: int, max_bytes: int = MAX_BYTES
) -> list[StreamMessage]:
    """Return up to `count` messages from sequence `first` on, in order; fewer only at the tip.

    Asks as often as needed, for at most `max_bytes` an answer. Raises OutcomeUnknownError when the broker does not
    answer, or not in order or not completely (a read is safe to repeat), and JetStreamError when it refuses.
    """
    messages: list[StreamMessage] = []
    is_more = True
    while is_more and len(messages) < count:
        wish = {"seq": first, "batch": min(count - len(messages), BATCH), "max_bytes": max_bytes}
        found, is_more = await _answer(connection, stream, wish)
        messages += found
        first = messages[-1].seq + 1 if messages else first
    return messages


async def get(connection: Connection, stream: str, wish: Mapping[str, Any]) -> list[StreamMessage]:
    """One answer to a direct get (NATS ADR-31), in order: maybe only the beginning of what there is; empty for nothing.

    At most MAX_BYTES where the wish names no `max_bytes`. Raises OutcomeUnknownError, also when the broker refuses.
    """
    try:
        found, _ = await _answer(connection, stream, {"max_bytes": MAX_BYTES, **wish})
    except JetStreamError as error:
        raise OutcomeUnknownError(error.detail, hint="Ask again.") from error
    return found


async def _answer(connection: Connection, stream: str, wish: Mapping[str, Any]) -> tuple[list[StreamMessage], bool]:
    """One answer, and whether there is more behind it."""
    replies = await connection.collect(
        f"$JS.API.DIRECT.GET.{stream}",
        msgspec.json.encode(wish),
        last=lambda reply: reply.status != 0,
        timeout=TIMEOUT,
    )
    end = replies.pop()
    if end.status == _NOT_FOUND:
        return [], False
    if end.status != _END:
        raise JetStreamError(end.status, f"{end.note} (direct get from {stream})")
    is_more = bool(replies) and end.headers.get("Nats-Num-Pending") != "0"
    return unpack(replies, end, wish.get("seq", 1)), is_more


def unpack(replies: list[Incoming], end: Incoming, first: int) -> list[StreamMessage]:
    """Turn the replies of one batch into messages as they were stored.

    Each reply names the sequence sent before it, and the end names the last one: so a lost reply shows. Raises
    OutcomeUnknownError then, and when a sequence does not rise.
    """
    messages = []
    before = 0
    for reply in replies:
        headers = reply.headers
        seq, previous = int(headers["Nats-Sequence"]), int(headers["Nats-Last-Sequence"])
        if previous != before or seq < first or seq <= before:
            raise OutcomeUnknownError(
                f"a batch from {first} is not in order: {seq} (after {previous}) came after {before}"
            )
        subject = headers["Nats-Subject"]
        messages.append(
            StreamMessage(seq, subject, {k: v for k, v in headers.items() if k not in _ADDED}, reply.payload)
        )
        before = seq
    if int(end.headers.get("Nats-Last-Sequence", before)) != before:
        raise OutcomeUnknownError(f"a batch from {first} ends at {before}, not at {end.headers['Nats-Last-Sequence']}")
    return messages
