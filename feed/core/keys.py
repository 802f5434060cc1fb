"""Keys and what they allow. A secret is never kept: a key is found by the SHA-256 of what was presented.

One rule for everybody: without any key the doors are as open as the machine is; from the first key on, also when it
has been revoked, who has no right gets nothing (docs/decisions/0010-keys.md).
"""

import hashlib
from enum import StrEnum

import msgspec

from feed.candidate import Decoded
from feed.core.index import venue_of
from feed.core.scope import WHOLE, Scope
from feed.errors import ErrorName, ReaderError
from feed.refusals import Reason, Refusal
from schemas.registry import AnyMessage

PRODUCTION = "P"
PLAIN_BYTES_MAX = 10 * 1024 * 1024  # of a document after inflation, without the right `bulk`


class Right(StrEnum):
    """What a key may do; `ack_refused` is a wish: a refused document that is kept is answered 200."""

    WRITE = "write"
    READ = "read"
    BULK = "bulk"
    ACK_REFUSED = "ack_refused"
    OPERATE = "operate"


class KeyType(StrEnum):
    """What a key is made for; it decides which rights it gets."""

    ODF_SENDER = "odf-sender"
    READER = "reader"
    OPERATOR = "operator"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key: `id` is its public name, `hash` the SHA-256 of its secret in hex, times in microseconds UTC.

    `scope` limits what it may write or read, `source` what it may write. Raises ValueError for a key that could write
    into two worlds.
    """

    id: str
    hash: str
    type: KeyType
    flags: tuple[str, ...]
    rights: frozenset[Right]
    created: int
    source: str | None = None
    scope: Scope = WHOLE
    revoked: int | None = None

    def __post_init__(self) -> None:
        if not self.flags or set(self.flags) - {"P", "T"}:
            raise ValueError("a key has the flags P, T or both")
        if Right.WRITE in self.rights and len(self.flags) != 1:
            raise ValueError("a key that writes has exactly one flag")

    @property
    def flag(self) -> str:
        """The one flag of a key that writes."""
        return self.flags[0]

    def bytes_max(self, most: int) -> int:
        """Bytes a document of this key may have after inflation, where `most` is the limit of the service."""
        return most if Right.BULK in self.rights else min(most, PLAIN_BYTES_MAX)


class Ring:
    """All keys that were ever made, by id. `production_is_open`: P is read without a key, also when there are keys."""

    def __init__(self, *, production_is_open: bool = False) -> None:
        self._production_is_open = production_is_open
        self._by_id: dict[str, Key] = {}
        # A dict is safe here: its timing tells of digests, and no digest leads back to a secret of 256 random bits.
        self._by_hash: dict[str, Key] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def apply(self, key: Key) -> None:
        """Take over the newest record of a key."""
        self._by_id[key.id] = key
        self._by_hash[key.hash] = key

    def writer(self, secret: str | None) -> Key:
        """The key behind a secret that may write something; raises ReaderError unauthorized or not_entitled."""
        key = self._found(secret)
        if Right.WRITE not in key.rights:
            raise _not_entitled(f"key {key.id} may not write", "Make one with `feed keys add --type odf-sender`.")
        return key

    def reader(self, secret: str | None, flag: str) -> Key | None:
        """The key with which this flag is read, None where none is needed; raises as `writer` does."""
        if secret is None and self._reads_openly(flag):
            return None
        return None if not self else _checked(self._found(secret), flag)

    def operator(self, secret: str | None, flag: str) -> Key:
        """The key behind a secret that may decide about what this flag's quarantine holds; raises as `writer` does."""
        key = self._found(secret)
        if Right.OPERATE not in key.rights:
            raise _not_entitled(f"key {key.id} may not operate", "Make one with `feed keys add --type operator`.")
        if flag not in key.flags:
            raise _not_entitled(f"key {key.id} may not operate flag {flag}", f"It may operate {', '.join(key.flags)}.")
        return key

    def check_again(self, key_id: str | None, flag: str) -> None:
        """Raise as `reader` does when who came in with this key, or with none, may not read any longer."""
        if key_id is None:
            if not self._reads_openly(flag):
                raise _unauthorized("this feed is read with keys now")
            return
        key = self._by_id.get(key_id)
        if key is None or key.revoked is not None:
            raise _unauthorized(f"key {key_id} has been revoked")
        _checked(key, flag)

    def _reads_openly(self, flag: str) -> bool:
        return not self or (self._production_is_open and flag == PRODUCTION)

    def _found(self, secret: str | None) -> Key:
        if secret is None:
            raise _unauthorized("a key is needed")
        key = self._by_hash.get(digest(secret))
        if key is None or key.revoked is not None:
            raise _unauthorized("this key is unknown" if key is None else f"key {key.id} has been revoked")
        return key


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def holds(key: Key, decoded: Decoded) -> bool:
    """Whether a document that is refused for itself at least names a world and a topic of this key."""
    return decoded.flag == key.flag and decoded.topic is not None and key.scope.covers(decoded.topic)


def offence(key: Key, decoded: Decoded) -> Refusal | None:
    """Why a key may not write this document, or None: which world, who, what, in this order.

    A document that names no venue (a withdrawal, a list) is not held back by the venues of a key.
    """
    if decoded.flag != key.flag:
        detail = f"key {key.id} writes FeedFlag {key.flag}, the document's is {decoded.flag}"
        return Refusal(Reason.WRONG_FLAG, detail, "FeedFlag")
    found = (_offence(key, candidate.message) for candidate in decoded.candidates)
    if (refusal := next(filter(None, found), None)) is not None:
        return refusal
    if decoded.sign and decoded.topic:  # nobody may give a sign of life for somebody else
        return _foreign(key, decoded.sign.source, decoded.topic)
    return _offence(key, decoded.listing.head.message) if decoded.listing else None


def _foreign(key: Key, source: str, topic: str) -> Refusal | None:
    if key.source and source != key.source:
        detail = f"key {key.id} belongs to source {key.source}, the document's is {source or 'not named'}"
        return Refusal(Reason.WRONG_SOURCE, detail, "Source")
    if not key.scope.covers(topic):
        places = ", ".join((*key.scope.competitions, *key.scope.disciplines))
        return Refusal(Reason.WRONG_COMPETITION, f"key {key.id} writes {places}, not {topic}")
    return None


def _offence(key: Key, message: AnyMessage) -> Refusal | None:
    if (refusal := _foreign(key, message.source, message.topic)) is not None:
        return refusal
    venue = venue_of(message) if key.scope.venues else None
    if venue is not None and not key.scope.is_at((venue,)):
        detail = f"key {key.id} writes venues {', '.join(key.scope.venues)}, not {venue}"
        return Refusal(Reason.WRONG_COMPETITION, detail)
    return None


def _checked(key: Key, flag: str) -> Key:
    if Right.READ not in key.rights:
        raise _not_entitled(f"key {key.id} may not read", "Make one with `feed keys add --type reader`.")
    if flag not in key.flags:
        raise _not_entitled(f"key {key.id} may not read flag {flag}", f"It may read {', '.join(key.flags)}.")
    return key


def _unauthorized(detail: str) -> ReaderError:
    hint = "Send a key as X-API-KEY or Authorization: Bearer; `feed keys add` makes one."
    return ReaderError(ErrorName.UNAUTHORIZED, detail, hint=hint)


def _not_entitled(detail: str, hint: str) -> ReaderError:
    return ReaderError(ErrorName.NOT_ENTITLED, detail, hint=hint)
