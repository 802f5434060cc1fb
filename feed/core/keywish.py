"""What somebody who makes a key asks for, by the command or by `/v1/keys`, and the key that comes of it."""

import msgspec

from feed.core.keys import Key, KeyType, Right
from feed.core.limits import Limits
from feed.core.scope import Scope

_RIGHTS = {
    KeyType.ODF_SENDER: frozenset({Right.WRITE, Right.ACK_REFUSED}),
    KeyType.READER: frozenset({Right.READ}),
    KeyType.OPERATOR: frozenset({Right.OPERATE}),
    KeyType.GRAPHICS: frozenset({Right.READ, Right.URL}),
    KeyType.ADMIN: frozenset({Right.ADMIN}),
}
_READERS = frozenset({KeyType.READER, KeyType.GRAPHICS})


class KeyWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made; codes as a person names them, an empty list means all, without `flags` P."""

    type: KeyType
    source: str | None = None
    flags: frozenset[str] = frozenset()
    competitions: frozenset[str] = frozenset()
    disciplines: frozenset[str] = frozenset()
    venues: frozenset[str] = frozenset()
    bulk: bool = False
    ack_refused: bool | None = None
    delay_seconds: int = 0
    connections: int | None = None
    requests: int | None = None
    certificate: str | None = None
    secret: bool = True

    def key(self, key_id: str, hashed: str, created: int, by: str | None = None) -> Key:
        """The key that was asked for; raises ValueError for one that cannot be."""
        self._check()
        rights = _RIGHTS[self.type] | ({Right.BULK} if self.bulk else set())
        return Key(
            id=key_id,
            hash=hashed if self.secret else "",
            type=self.type,
            flags=tuple(sorted(self.flags)) or ("P",),
            rights=rights - {Right.ACK_REFUSED} if self.ack_refused is False else rights,
            created=created,
            source=self.source,
            scope=Scope.of(self.competitions, self.disciplines, self.venues),
            delay_seconds=self.delay_seconds,
            limits=Limits(connections=self.connections, requests=self.requests),
            by=by,
            certificate=self.certificate,
        )

    def _check(self) -> None:
        """Nothing that is asked for is ever ignored."""
        if self.type is not KeyType.ODF_SENDER and (self.source or self.bulk or self.ack_refused is not None):
            raise ValueError("source, bulk and ack_refused are for keys of type odf-sender")
        if self.type is not KeyType.ODF_SENDER and self.certificate is not None:
            raise ValueError("a certificate is for keys of type odf-sender")
        if self.certificate is not None and not (self.certificate.strip() and self.certificate.isprintable()):
            raise ValueError("a certificate is named by a name in it")
        if not self.secret and self.certificate is None:
            raise ValueError("only a key that is bound to a certificate does without a secret")
        if self.type is KeyType.OPERATOR and self.venues:
            raise ValueError("a venue is for keys that write or read: what is in quarantine is told by its topic")
        if self.type is KeyType.ADMIN and (self.competitions or self.disciplines or self.venues):
            raise ValueError("an admin makes keys of whole flags: it is limited by no code")
        if self.type not in _READERS and (self.delay_seconds or self.connections):
            raise ValueError("delay and connections are for keys of types reader and graphics")
