"""The index headers of a stored message: gate, filters and snapshots work on these without decoding a payload."""

from functools import lru_cache
from typing import Protocol

import msgspec

from feed.candidate import Candidate
from schemas.message import Mentions, Op
from schemas.registry import AnyMessage
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
VENUE_BEFORE = "Feed-Venue-Before"
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
    `key` are those of `Candidate`, empty for what belongs to no set. `venue` is the one that the message names,
    or that of its unit where it names none, `venue_before` the one that its topic was at, if that was another; both as
    their headers have them.
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
    venue: str | None = None
    venue_before: str | None = None

    @property
    def place(self) -> str | None:
        """The venue that its topic is at; a tombstone stays where its topic was last."""
        return self.venue if self.op is Op.PUT else self.venue_before

    @property
    def venues(self) -> tuple[str | None, str | None]:
        """Where those are who have to hear of it: a venue is also told what leaves it."""
        return self.venue, self.venue_before


class Indexed(Protocol):
    """What is stored, as far as its headers tell: a head, an entry."""

    @property
    def index(self) -> Index: ...


def venue_of(message: AnyMessage) -> str | None:
    """The venue that a message names, as its header has it; read from its field, as `mentions` lists athletes too."""
    return _text(getattr(message.body, "venue", None) or "") or None


def venue_at(candidate: Candidate) -> str | None:
    """The venue that a message is at, as its header will have it: the one that it names, or else that of its unit."""
    return venue_of(candidate.message) or candidate.venue


def index_of(candidate: Candidate, official: int = 0, venue_before: str | None = None) -> Index:
    """The index of a message before it is stored; what it does not know of itself the gate tells."""
    message = candidate.message
    version = message.document.version if message.document else 0
    return Index(
        version=version,
        event=message.ts.event,
        recv=message.ts.recv,
        hash=candidate.hash,
        op=message.op,
        status=message.status,
        official=official,
        list=candidate.list,
        key=candidate.key,
        venue=venue_at(candidate),
        venue_before=venue_before,
    )


def headers_of(candidate: Candidate, raw_id: str, official: int = 0, venue_before: str | None = None) -> dict[str, str]:
    """The headers to store with a message, all plain ASCII; lists above 16 kB and texts above 1 kB become `*`."""
    index = index_of(candidate, official, venue_before)
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
    texts = {STATUS: _text(index.status), OFFICIAL: str(official or ""), LIST: index.list, KEY: index.key}
    venues = {VENUE: index.venue, VENUE_BEFORE: venue_before}
    headers.update({name: text for name, text in (lists | texts | venues).items() if text})
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
        status=None if status == TOO_MANY_TO_LIST else _shared(unescape(status)),
        list=_shared(headers.get(LIST, "")),
        key=_shared(headers.get(KEY, "")),
        venue=_shared(headers.get(VENUE, "")) or None,
        venue_before=_shared(headers.get(VENUE_BEFORE, "")) or None,
    )


_shared = lru_cache(maxsize=4_096)(str)  # a thousand entities name the same list and venue: kept once


def _text(text: str | None) -> str:
    written = escape(text or "")
    return written if len(written) <= TEXT_BYTES_MAX else TOO_MANY_TO_LIST


_escaped = lru_cache(maxsize=65_536)(escape)  # ids and organisations come again with every message


def _joined(names: tuple[str, ...]) -> str:
    text = ",".join(map(_escaped, names))
    return text if len(text) <= LIST_BYTES_MAX else TOO_MANY_TO_LIST
