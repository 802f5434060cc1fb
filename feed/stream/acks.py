"""Publishing with an acknowledgement: the sequence it was stored at, or by name why not."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from feed.errors import OutcomeUnknownError
from feed.stream.connection import Connection, JetStreamError, refused
from feed.stream.wire import Incoming

WRONG_LAST_SEQUENCE: Final = frozenset({10071, 10164})
# The stream's max_bytes reached; no room in the server's store, in its resources, in the account's share.
STREAM_FULL: Final = frozenset({10077, 10047, 10023, 10002})


class WrongLastSequenceError(JetStreamError):
    """Somebody published on this subject since the sequence we named; nothing was stored."""


class StreamFullError(JetStreamError):
    """The stream or the disk has no room; nothing was stored."""


class _Refusal(msgspec.Struct):
    code: int = 0
    err_code: int = 0
    description: str = ""


class _Ack(msgspec.Struct):
    stream: str = ""
    seq: int = 0
    duplicate: bool = False
    error: _Refusal | None = None


_ACK: Final = msgspec.json.Decoder(_Ack)


def read_ack(payload: bytes) -> int:
    """Return the sequence that a publish acknowledgement names.

    Raises WrongLastSequenceError, StreamFullError or JetStreamError as the server refused, and OutcomeUnknownError
    for bytes that are no acknowledgement and for what a cluster answers between two leaders.
    """
    try:
        ack = _ACK.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise OutcomeUnknownError(f"no acknowledgement: {payload[:80]!r}") from problem
    if ack.error is not None:
        code = ack.error.err_code or ack.error.code
        if code in WRONG_LAST_SEQUENCE:
            raise WrongLastSequenceError(code, ack.error.description)
        if code in STREAM_FULL:
            raise StreamFullError(code, ack.error.description, hint="give the stream more room, or the disk")
        raise refused(code, ack.error.description)
    if not ack.seq:
        raise OutcomeUnknownError(f"an acknowledgement without a sequence: {payload[:80]!r}")
    return ack.seq


async def publish_acked(
    connection: Connection,
    subject: str,
    payload: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float,  # noqa: ASYNC109 - the limit of the request, as `Connection.request` keeps it
    heard: Callable[[int], None] | None = None,
) -> int:
    """Publish and return the stream sequence that JetStream acknowledged; on disk when this returns.

    `heard` is told it before whoever waits, from the read loop itself. Raises as `read_ack` and `Connection.collect`
    do. After OutcomeUnknownError the message may be stored, now or later.
    """
    first = None if heard is None else _teller(heard)
    return read_ack((await connection.request(subject, payload, headers, timeout=timeout, heard=first)).payload)


def _teller(heard: Callable[[int], None]) -> Callable[[Incoming], None]:
    def tell(reply: Incoming) -> None:
        try:
            seq = read_ack(reply.payload)
        except (JetStreamError, OutcomeUnknownError):
            return  # who waits is told
        heard(seq)

    return tell
