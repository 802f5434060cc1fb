"""Keys are made and taken back here: their secrets are drawn, their records stored, and who did it is told."""

import logging
import secrets
from collections.abc import Callable

from feed.core.keys import Key, digest
from feed.core.keywish import KeyWish
from feed.serve.rights import Rights
from feed.stream import keys as stream
from feed.stream.connection import Connection

ID_BYTES = 4
SECRET_BYTES = 32

_log = logging.getLogger("feed.keys")


def mint(wish: KeyWish, now: int, by: str | None = None) -> tuple[Key, str | None]:
    """A new key and its secret, if it has one, which is kept nowhere; raises ValueError for a wish that cannot be."""
    key_id = secrets.token_hex(ID_BYTES)
    secret = f"feed_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return wish.key(key_id, digest(secret), now, by), secret if wish.secret else None


class KeyDesk:
    """All keys, for whoever may make and revoke them; what is done holds in this process at once.

    The methods that wait raise OutcomeUnknownError when it is safe to ask again, BrokerError when the broker is ill.
    """

    def __init__(self, link: Connection, replicas: int, rights: Rights, clock: Callable[[], int]) -> None:
        self._link = link
        self._replicas = replicas
        self._rights = rights
        self._clock = clock

    def all(self) -> list[Key]:
        """Every key there ever was, oldest first."""
        return sorted(self._rights.ring, key=lambda key: (key.created, key.id))

    async def add(self, wish: KeyWish, by: str) -> tuple[Key, str | None]:
        """A new key and its secret, if it has one; raises ValueError for a wish that cannot be."""
        key, secret = mint(wish, self._clock(), by)
        await stream.add(self._link, key, self._replicas)
        self._rights.take(key)
        _log.info("key %s is made by %s", key.id, by, extra={"type": key.type.value, "flags": key.flags})
        return key, secret

    async def revoke(self, key_id: str, by: str) -> Key:
        """Take a key back and return its record; raises NoSuchKeyError."""
        key = await stream.revoke(self._link, key_id, self._clock(), by, self._replicas)
        self._rights.take(key)
        _log.info("key %s is revoked by %s", key.id, by)
        return key
