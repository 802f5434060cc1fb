"""Reading old messages of a stream in batches, without a consumer."""

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
    while len(messages) < count:
        request: dict[str, Any] = {"seq": first, "batch": min(count - len(messages), BATCH), "max_bytes": max_bytes}
        replies = await connection.collect(
            f"$JS.API.DIRECT.GET.{stream}",
            msgspec.json.encode(request),
            last=lambda reply: reply.status != 0,
            timeout=TIMEOUT,
        )
        end = replies.pop()
        if end.status == _NOT_FOUND:  # nothing at or after `first`
            break
        if end.status != _END:
            raise JetStreamError(end.status, f"{end.note} (direct get from {stream})")
        messages += unpack(replies, end, first)
        if not replies or end.headers.get("Nats-Num-Pending") == "0":
            break
        first = messages[-1].seq + 1
    return messages


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
