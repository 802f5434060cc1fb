"""The envelope that every message carries, whatever its kind (one Struct per kind adds the `body`)."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

Micros = Annotated[int, Meta(extra={"codec": "time"}, description="Microseconds since 1970-01-01 UTC.")]
Seq = Annotated[int, Meta(ge=0, description="Number of a message in the stream; 0 stands for none.")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 in lower-case hex digits.")]


class Op(StrEnum):
    """What a message does to its topic; `withdrawn` and `removed` are tombstones with `body: null`."""

    PUT = "put"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


class Lane(StrEnum):
    """Which way a message takes through the service: results overtake lists."""

    LIVE = "live"
    BULK = "bulk"


class Remark(StrEnum):
    """What is odd about a message that flows all the same. More may come; readers ignore those they do not know."""

    ZONE_ASSUMED = "zone_assumed"
    VERSION_REPEATED = "version_repeated"
    VERSION_MISSING = "version_missing"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_CODE = "unknown_code"
    UNMAPPED = "unmapped"
    UNUSUAL_STATUS = "unusual_status"
    NO_SOURCE = "no_source"
    REPEATED_IN_DOCUMENT = "repeated_in_document"
    IMPLAUSIBLE = "implausible"


class Stamps(msgspec.Struct, frozen=True, kw_only=True):
    """Latency stamps: when the venue made it, when its last byte was here, when it went to the stream."""

    event: Micros
    recv: Micros
    published: Micros


class DocumentHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The venue's own header of the document a message came from (ODF Foundation Principles 2.2 and 2.10)."""

    type: str
    code: str
    subcode: str | None = None
    subtype: str | None = None
    language: str | None = None
    version: int
    logical_date: str | None = None
    gen: str | None = None
    sport: str | None = None
    codes: str | None = None
    notes: tuple[str, ...] = ()


class BodyRef(msgspec.Struct, frozen=True, kw_only=True):
    """A body that is kept apart: `GET /v1/blobs/{sha256}` answers its `bytes` bytes, of the media type `media`."""

    sha256: Sha256
    bytes: Annotated[int, Meta(ge=0)]
    media: str


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type"):
    """What reaches a subscriber. Stored without `seq`, which the gateway splices in front.

    `prev` is the seq of this topic's previous message (0 = first); `supersedes` the message taken back or
    corrected; `caused_by` the message a derived one follows from; `unit` the 34-character unit code or null.
    A message above 512 kB has `body_ref` in the place of its body, which is null then; any other has no `body_ref`.
    Who reads with `lang=` gets `labels` as well: table, code, what it means. They are never stored.
    """

    seq: Seq | UnsetType = UNSET
    prev: Seq
    topic: str
    op: Op
    competition: str
    code: str
    unit: str | None
    version: int | None
    status: str | None
    source: str
    lane: Lane
    remarks: tuple[str, ...] = ()
    ts: Stamps
    document: DocumentHeader | None
    caused_by: Seq | None = None
    supersedes: Seq | None = None
    body_ref: BodyRef | UnsetType = UNSET
    labels: dict[str, dict[str, str]] | UnsetType = UNSET


class Mentions(msgspec.Struct, frozen=True):
    """Whom and where a message is about; becomes the index headers that filters read without decoding."""

    venue: str | None = None
    nocs: tuple[str, ...] = ()
    athletes: tuple[str, ...] = ()
