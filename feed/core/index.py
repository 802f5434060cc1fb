"""The index headers of a stored message: gate, filters and snapshots work on these without decoding a payload."""

from functools import lru_cache
from typing import Protocol

import msgspec
from msgspec.structs import replace

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
NOCS_BEFORE = "Feed-Nocs-Before"
ATHLETES = "Feed-Athletes"
ATHLETES_BEFORE = "Feed-Athletes-Before"
STATUS_BEFORE = "Feed-Status-Before"
LIST = "Feed-List"
KEY = "Feed-Key"

LIST_BYTES_MAX = 16_384
TEXT_BYTES_MAX = 1_024  # the server stores at most 64 kB of headers: a venue's long text must not break the list's room
TOO_MANY_TO_LIST = "*"
_NO_MENTIONS = Mentions()


class Left(msgspec.Struct, frozen=True):
    """What was said of a topic before a message and is not by it, as headers have it: who follows it hears of that."""

    venue: str | None = None
    nocs: str = ""
    athletes: str = ""
    status: str = ""


NOTHING_LEFT = Left()


class Index(msgspec.Struct, frozen=True):
    """What the headers tell of one message; `event` and `recv` in microseconds UTC, `hash` of content as received.

    `official` is the sequence of the topic's last OFFICIAL message before this one, 0 if there was none. `list` and
    `key` are those of `Candidate`, empty for what belongs to no set. `venue` is the one that the message names,
    or that of its unit where it names none; `nocs` and `athletes` whom it is about, joined by commas, or
    TOO_MANY_TO_LIST; `left` what of these and of the status held for its topic before and no longer does.
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
    nocs: str = ""
    athletes: str = ""
    left: Left = NOTHING_LEFT

    @property
    def place(self) -> str | None:
        """The venue that its topic is at; a tombstone stays where its topic was last."""
        return self.venue if self.op is Op.PUT else self.left.venue

    @property
    def venues(self) -> tuple[str | None, str | None]:
        """Where those are who have to hear of it: a venue is also told what leaves it."""
        return self.venue, self.left.venue


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


def left_by(head: Indexed, new: Index | None = None) -> Left:
    """What a topic leaves with its next message; without one everything, but for a tombstone, which left it before."""
    old, new = head.index, new or _GONE
    is_there = old.op is Op.PUT
    return Left(
        venue=old.place if old.place != new.venue else None,
        nocs=_missing(old.nocs, new.nocs) if is_there else "",
        athletes=_missing(old.athletes, new.athletes) if is_there else "",
        status=_text(old.status) if is_there and old.status != new.status else "",
    )


def _missing(old: str, new: str) -> str:
    """The names of a list that are not in another."""
    if old == new or TOO_MANY_TO_LIST in {old, new}:
        return old if old == TOO_MANY_TO_LIST != new else ""
    kept = frozenset(new.split(","))
    return ",".join(name for name in old.split(",") if name not in kept) if old else ""


def looked_into(candidate: Candidate) -> Candidate:
    """The candidate with what it is `about`: to look through a hundred rows takes as long as to encode them."""
    return replace(candidate, about=_about(candidate))


def index_of(candidate: Candidate, official: int = 0, left: Left = NOTHING_LEFT) -> Index:
    """The index of a message before it is stored; what it does not know of itself the gate tells."""
    message = candidate.message
    nocs, athletes = _about(candidate)
    return Index(
        version=_version(message),
        event=message.ts.event,
        recv=message.ts.recv,
        hash=candidate.hash,
        op=message.op,
        status=message.status,
        official=official,
        list=candidate.list,
        key=candidate.key,
        venue=venue_at(candidate),
        nocs=nocs,
        athletes=athletes,
        left=left,
    )


def headers_of(candidate: Candidate, raw_id: str, official: int = 0, left: Left = NOTHING_LEFT) -> dict[str, str]:
    """The headers to store with a message, all plain ASCII; lists above 16 kB and texts above 1 kB become `*`."""
    message = candidate.message
    nocs, athletes = _about(candidate)
    headers = {
        VERSION: _digits(_version(message)),
        EVENT: _digits(message.ts.event),
        RECV: _digits(message.ts.recv),
        HASH: candidate.hash,
        OP: str(message.op),
        RAW: raw_id,
    }
    if nocs:
        headers[NOCS] = nocs
    if athletes:
        headers[ATHLETES] = athletes
    if message.status:
        headers[STATUS] = _text(message.status)
    if official:
        headers[OFFICIAL] = str(official)
    if candidate.list:
        headers[LIST] = candidate.list
    if candidate.key:
        headers[KEY] = candidate.key
    if venue := venue_at(candidate):
        headers[VENUE] = venue
    if left is not NOTHING_LEFT:
        headers |= {header: text for name, header in _BEFORE if (text := getattr(left, name))}
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
        nocs=_shared(headers.get(NOCS, "")),
        athletes=headers.get(ATHLETES, ""),
        left=_left(headers),
    )


def _left(headers: dict[str, str]) -> Left:
    found = {name: headers[header] for name, header in _BEFORE if header in headers}
    return Left(**found) if found else NOTHING_LEFT


_BEFORE = (("venue", VENUE_BEFORE), ("nocs", NOCS_BEFORE), ("athletes", ATHLETES_BEFORE), ("status", STATUS_BEFORE))
_GONE = Index(version=0, event=0, recv=0, hash="", op=Op.REMOVED, status=None)


_shared = lru_cache(maxsize=4_096)(str)  # a thousand entities name the same list and venue: kept once
_digits = lru_cache(maxsize=1_024)(str)  # and have the version and the stamps of one document: written once


def _about(candidate: Candidate) -> tuple[str, str]:
    if candidate.about is not None:
        return candidate.about
    mentions = candidate.message.body.mentions() if candidate.message.body else _NO_MENTIONS
    return _joined(mentions.nocs), _joined(mentions.athletes)


def _version(message: AnyMessage) -> int:
    return message.document.version if message.document else 0


def _text(text: str | None) -> str:
    if not text:
        return ""
    written = escape(text)
    return written if len(written) <= TEXT_BYTES_MAX else TOO_MANY_TO_LIST


_escaped = lru_cache(maxsize=65_536)(escape)  # ids and organisations come again with every message


def _joined(names: tuple[str, ...]) -> str:
    if not names:
        return ""
    text = ",".join(names)
    if not (text.isascii() and text.replace(",", "").isalnum() and text.count(",") < len(names)):  # as most are
        text = ",".join(map(_escaped, names))
    return text if len(text) <= LIST_BYTES_MAX else TOO_MANY_TO_LIST
