"""Keys and what they allow. A secret is never kept: a key has the SHA-256 of what must be presented."""

import hashlib
from enum import StrEnum
from typing import Any

import msgspec

from feed.candidate import Decoded
from feed.core.index import venue_of
from feed.core.limits import NO_LIMITS, Limits
from feed.core.scope import WHOLE, Scope
from feed.refusals import Reason, Refusal
from schemas.registry import AnyMessage

PLAIN_BYTES_MAX = 10 * 1024 * 1024  # of a document after inflation, without the right `bulk`


class Right(StrEnum):
    """What a key may do; `ack_refused` is a wish: a refused document that is kept is answered 200.

    A key with `url` may stand in an address (`?key=`), where others may come to see it.
    """

    WRITE = "write"
    READ = "read"
    BULK = "bulk"
    ACK_REFUSED = "ack_refused"
    OPERATE = "operate"
    ADMIN = "admin"
    URL = "url"


class KeyType(StrEnum):
    """What a key is made for; it decides which rights it gets."""

    ODF_SENDER = "odf-sender"
    READER = "reader"
    OPERATOR = "operator"
    GRAPHICS = "graphics"
    ADMIN = "admin"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key: `id` is its public name, `hash` the SHA-256 of its secret in hex, times in microseconds UTC.

    `scope` limits what it may write or read, `source` what it may write. What it reads is at least `delay_seconds` old.
    One that is bound to a `certificate`, by a name in it, acts for nobody else, and may have no secret (no `hash`).
    `by` and `revoked_by` name the admin's key that made it and took it back, if that was not done by a command. Raises
    ValueError for a key that could write into two worlds, or do more than read from an address.
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
    delay_seconds: int = 0
    limits: Limits = NO_LIMITS
    by: str | None = None
    revoked_by: str | None = None
    certificate: str | None = None

    def __post_init__(self) -> None:
        if not self.flags or set(self.flags) - {"P", "T"}:
            raise ValueError("a key has the flags P, T or both")
        if Right.WRITE in self.rights and len(self.flags) != 1:
            raise ValueError("a key that writes has exactly one flag")
        if Right.URL in self.rights and self.rights != {Right.READ, Right.URL}:
            raise ValueError("a key that may stand in an address does nothing but read")
        if self.delay_seconds < 0 or (self.delay_seconds and Right.READ not in self.rights):
            raise ValueError("a delay is a time from 0 on, of a key that reads")
        if self.certificate is not None and Right.WRITE not in self.rights:
            raise ValueError("a certificate is for keys that write")

    @property
    def bearer(self) -> str:
        """Who it lets in, as quotas count them and audits name them."""
        return self.id

    @property
    def flag(self) -> str:
        """The one flag of a key that writes."""
        return self.flags[0]

    def bytes_max(self, most: int) -> int:
        """Bytes a document of this key may have after inflation, where `most` is the limit of the service."""
        return most if Right.BULK in self.rights else min(most, PLAIN_BYTES_MAX)


class Pass(Key, frozen=True, kw_only=True):
    """What a token allows: a key that is stored nowhere, and ends at `expires` (microseconds UTC).

    Its `id` is that of one token; `subject` (`sub`) is whoever has it, and others. `kid` names what it was signed with,
    and `thumbprint` tells that from another key under the same name.
    """

    subject: str
    expires: int
    kid: str
    thumbprint: str = ""  # a node of an older version tells none with a ticket: good for nothing

    @property
    def bearer(self) -> str:
        """All tokens of one subject are counted together."""
        return f"sub:{self.subject}"


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def is_token(secret: str) -> bool:
    """Whether this is to be read as a token (`feed.core.tokens`): three parts. No secret of a key has a dot."""
    return secret.count(".") == 2  # noqa: PLR2004 - RFC 7515 section 3.1


def shown(key: Key) -> dict[str, Any]:
    """A key as its admin sees it, field by field: all but the digest of its secret."""
    fields: dict[str, Any] = msgspec.to_builtins(key)
    del fields["hash"]
    return fields


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
