"""The index headers of a stored message: gate, filters and snapshots work on these without decoding a payload."""

import msgspec

from feed.candidate import Candidate
from schemas.message import Mentions, Op
from schemas.topic import escape

VERSION = "Feed-Version"
EVENT = "Feed-Event"
HASH = "Feed-Hash"
STATUS = "Feed-Status"
OP = "Feed-Op"
RECV = "Feed-Recv"
RAW = "Feed-Raw"
VENUE = "Feed-Venue"
NOCS = "Feed-Nocs"
ATHLETES = "Feed-Athletes"

LIST_BYTES_MAX = 16_384
TOO_MANY_TO_LIST = "*"


class Index(msgspec.Struct, frozen=True):
    """What the headers tell of one message; `event` and `recv` in microseconds UTC, `hash` of content as received."""

    version: int
    event: int
    recv: int
    hash: str
    op: Op
    status: str | None


def index_of(candidate: Candidate) -> Index:
    """The index of a message before it is stored."""
    message = candidate.message
    version = message.document.version if message.document else 0
    return Index(version, message.ts.event, message.ts.recv, candidate.hash, message.op, message.status)


def headers_of(candidate: Candidate, raw_id: str) -> dict[str, str]:
    """The headers to store with a message; lists above 16 kB become `*`, every value is plain ASCII."""
    index = index_of(candidate)
    body = candidate.message.body
    mentions = body.mentions() if body else Mentions()
    headers = {
        VERSION: str(index.version),
        EVENT: str(index.event),
        RECV: str(index.recv),
        HASH: index.hash,
        OP: index.op.value,
        RAW: raw_id,
    }
    lists = {NOCS: _joined(mentions.nocs), ATHLETES: _joined(mentions.athletes)}
    texts = {STATUS: escape(index.status or ""), VENUE: escape(mentions.venue or "")}
    headers.update({name: text for name, text in (lists | texts).items() if text})
    return headers


def read_index(headers: dict[str, str]) -> Index:
    """The index of a stored message; raises KeyError or ValueError for headers we never wrote."""
    return Index(
        version=int(headers[VERSION]),
        event=int(headers[EVENT]),
        recv=int(headers[RECV]),
        hash=headers[HASH],
        op=Op(headers[OP]),
        status=headers.get(STATUS),
    )


def _joined(names: tuple[str, ...]) -> str:
    text = ",".join(escape(name) for name in names)
    return text if len(text) <= LIST_BYTES_MAX else TOO_MANY_TO_LIST
