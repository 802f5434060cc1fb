"""What arrives from a venue and what becomes of it: the words ingest endpoints and admission share."""

import msgspec

from feed.core.keys import Key
from feed.refusals import Refusal


class Arrival(msgspec.Struct, frozen=True):
    """One document's bytes as they came: `encoding` is the transport's ("" or "gzip"), `recv` microseconds UTC.

    `key` is what it was sent with, None while the service has no keys; `seconds` how long its body took to come;
    `traceparent` the sender's own span (W3C Trace Context), if it names one.
    """

    format: str
    data: bytes
    encoding: str
    recv: int
    source: str | None = None
    key: Key | None = None
    seconds: float = 0.0
    traceparent: str | None = None


class Stored(msgspec.Struct, frozen=True):
    """A message that is in the stream."""

    seq: int
    topic: str


class Quarantined(msgspec.Struct, frozen=True):
    """A document that is in quarantine under this id."""

    id: str
    refusal: Refusal


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one document; everything told here is acknowledged by the stream."""

    accepted: tuple[Stored, ...] = ()
    duplicates: int = 0
    stale: int = 0
    quarantined: tuple[Quarantined, ...] = ()
