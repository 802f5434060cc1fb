"""What a decoder is given and what it hands to the gate. Floor 0: both know it, not each other."""

from collections.abc import Callable
from datetime import tzinfo

import msgspec

from feed.refusals import Refusal
from schemas.registry import AnyMessage


class Receipt(msgspec.Struct, frozen=True):
    """What is known of bytes before they are read.

    `recv` is microseconds UTC; `source` the sender's name if the transport told it; `zone_of` gives a competition's
    time zone for header times that carry none, or None when it is not set.
    """

    recv: int
    source: str | None
    zone_of: Callable[[str], tzinfo | None]


class Candidate(msgspec.Struct, frozen=True):
    """A message that asks for admission: `prev` and `ts.published` are 0, `hash` is of its content as received."""

    message: AnyMessage
    hash: str


class Decoded(msgspec.Struct, frozen=True):
    """The outcome of one document: its messages, or the one refusal that refuses all of it.

    `flag`, `topic` and `version` are what could be read of them, also of a refused document.
    """

    candidates: tuple[Candidate, ...] = ()
    refusal: Refusal | None = None
    flag: str | None = None
    topic: str | None = None
    version: int | None = None


Decode = Callable[[bytes, Receipt], Decoded]
