"""What is kept of every attempt to bring a document to a customer of ODF, and of how far a customer has come."""

from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from schemas.message import Micros, Seq, Sha256

TAKEN = range(200, 300)  # the statuses by which a customer says that it has a document


class State(StrEnum):
    """What became of an attempt; one that is `sending` has no answer yet, or died with who made it."""

    SENDING = "sending"
    DELIVERED = "delivered"
    REFUSED = "refused"  # another status than 2xx
    FAILED = "failed"  # no answer: cut, too slow, not reached


class Held(msgspec.Struct, frozen=True):
    """The newest document of a key that a customer has taken: its sequence in FEED, Version and when it was taken."""

    seq: Seq
    version: int
    answered: Micros


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. It is stored before the first byte leaves, and again with its outcome.

    `name` is the document key with Version as the name of a file (Foundation Principles 8); `bytes` and `sha256` are
    those of the document before it was compressed; `by` names the program that sends, which may take `seconds` for it.
    Everything up to `through` had been taken. `held` is what the customer has of this key: told by both records.
    """

    customer: str
    topic: str
    name: str
    seq: Seq
    version: int
    attempt: Annotated[int, Meta(ge=1)]
    state: State
    sent: Micros
    answered: Micros | None = None
    status: int | None = None
    error: str | None = None
    bytes: int
    sha256: Sha256
    by: str
    seconds: float
    through: Seq
    held: Held | None = None


def outcome_of(sending: Delivery, status: int | None, error: str | None, now: Micros) -> Delivery:
    """The record of an attempt that is over: with its status, or with the error because of which there is none."""
    if status in TAKEN:
        held = Held(sending.seq, sending.version, now)
        return replace(sending, state=State.DELIVERED, answered=now, status=status, held=held)
    state = State.FAILED if status is None else State.REFUSED
    return replace(sending, state=state, answered=now, status=status, error=error)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a customer had come at a moment, of which log; the first one says where it began."""

    customer: str
    epoch: str
    through: Seq
    at: Micros


class Last(NamedTuple):
    """The newest record of a document key, and its place in the log of deliveries: 0 where there is none."""

    id: int
    delivery: Delivery | None


class Logged(msgspec.Struct, frozen=True):
    """A record with its own place in the log of deliveries."""

    id: Seq
    delivery: Delivery


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a customer stands now, as this process knows it.

    `behind` counts messages of the log, `waiting` documents, `failing` document keys; `oldest_seconds` is how long the
    oldest one waits. `attempts` are those of this process, by state.
    """

    customer: str
    url: str
    flag: str
    cursor: str
    behind: int
    waiting: int
    failing: int
    oldest_seconds: float
    attempts: dict[str, int]
    last_error: str | None = None
