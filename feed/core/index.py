"""The index headers of a stored message: gate, filters and snapshots work on these without decoding a payload."""

from functools import lru_cache

import msgspec

from feed.candidate import Candidate
from schemas.message import Mentions, Op
from schemas.topic import escape, unescape

VERSION = "Feed-Version"
EVENT = "Feed-Event"
HASH = "Feed-Hash"
STATUS = "Feed-Status"
OP = "Feed-Op"
RECV = "Feed-Recv"
RAW = "Feed-Raw"
OFFICIAL = "Feed-Official"
VENUE = "Feed-Venue"
NOCS = "Feed-Nocs"
ATHLETES = "Feed-Athletes"
LIST = "Feed-List"
KEY = "Feed-Key"

LIST_BYTES_MAX = 16_384
TEXT_BYTES_MAX = 1_024  # the server stores at most 64 kB of headers: a venue's long text must not break the list's room
TOO_MANY_TO_LIST = "*"


class Index(msgspec.Struct, frozen=True):
    """What the headers tell of one message; `event` and `recv` in microseconds UTC, `hash` of content as received.

    `official` is the sequence of the topic's last OFFICIAL message before this one, 0 if there was none. `list` and
    `key` are those of `Candidate`, empty for what belongs to no set.
    """

    version: int
    event: int
    recv: int
    hash: str
    op: Op
    status: str | None
    official: int = 0
    list: str = ""
    key: str = ""


def index_of(candidate: Candidate) -> Index:
    """The index of a message before it is stored."""
    message = candidate.message
    version = message.document.version if message.document else 0
    return Index(
        version=version,
        event=message.ts.event,
        recv=message.ts.recv,
        hash=candidate.hash,
        op=message.op,
        status=message.status,
        list=candidate.list,
        key=candidate.key,
    )


def headers_of(candidate: Candidate, raw_id: str) -> dict[str, str]:
    """The headers to store with a message, all plain ASCII; lists above 16 kB and texts above 1 kB become `*`."""
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
    texts = {STATUS: _text(index.status), VENUE: _text(mentions.venue), LIST: index.list, KEY: index.key}
    headers.update({name: text for name, text in (lists | texts).items() if text})
    return headers


def read_index(headers: dict[str, str]) -> Index:
    """The index of a stored message; raises KeyError or ValueError for headers we never wrote.

    A status too long for its header is read as None: like None, it is never part of an unusual change.
    """
    status = headers.get(STATUS, TOO_MANY_TO_LIST)
    return Index(
        version=int(headers[VERSION]),
        event=int(headers[EVENT]),
        recv=int(headers[RECV]),
        hash=headers[HASH],
        op=Op(headers[OP]),
        official=int(headers.get(OFFICIAL, "0")),
        status=None if status == TOO_MANY_TO_LIST else unescape(status),
        list=_lists(headers.get(LIST, "")),
        key=_lists(headers.get(KEY, "")),
    )


_lists = lru_cache(maxsize=4_096)(str)  # a thousand entities name the same list: kept once


def _text(text: str | None) -> str:
    written = escape(text or "")
    return written if len(written) <= TEXT_BYTES_MAX else TOO_MANY_TO_LIST


_escaped = lru_cache(maxsize=65_536)(escape)  # ids and organisations come again with every message


def _joined(names: tuple[str, ...]) -> str:
    text = ",".join(map(_escaped, names))
    return text if len(text) <= LIST_BYTES_MAX else TOO_MANY_TO_LIST
