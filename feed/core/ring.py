"""All keys, and whom they let in: to read, to write, to operate, to make keys.

One rule for everybody: without any key the doors are as open as the machine is; from the first key on, also when it
has been revoked, who has no right gets nothing (docs/decisions/0010-keys.md).
"""

from collections.abc import Collection, Iterator

from feed.core.keys import Key, Pass, Right, digest
from feed.errors import ErrorName, ReaderError

PRODUCTION = "P"


class Ring:
    """All keys that were ever made, by id, and the tokens that are in use, which are keys for as long as they hold.

    `production_is_open`: P is read without a key, also when there are keys. `takes_tokens`: nobody goes without a right
    although there may be no key.
    """

    def __init__(self, *, production_is_open: bool = False, takes_tokens: bool = False) -> None:
        self._production_is_open = production_is_open
        self._takes_tokens = takes_tokens
        self._by_id: dict[str, Key] = {}
        self._bound: dict[str, dict[str, Key]] = {}  # name in a certificate -> by id
        self._passes: dict[str, Pass] = {}  # oldest first
        # A dict is safe here: its timing tells of digests, and no digest leads back to a secret of 256 random bits.
        self._by_hash: dict[str, Key] = {}

    def __bool__(self) -> bool:
        return self._takes_tokens or bool(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._by_id.values())

    def apply(self, key: Key) -> None:
        """Take over the newest record of a key; one that was revoked stays so, in whatever order records come."""
        known = self._by_id.get(key.id)
        if known is not None and known.revoked is not None:
            return
        self._by_id[key.id] = key
        if key.hash:
            self._by_hash[key.hash] = key
        if key.certificate is not None:
            for name in {key.certificate, key.certificate.lower()}:  # DNS names have no case (RFC 4343)
                self._bound.setdefault(name, {})[key.id] = key

    @property
    def passes(self) -> list[Pass]:
        """The tokens that are in use, oldest first."""
        return list(self._passes.values())

    @property
    def pass_count(self) -> int:
        """How many they are."""
        return len(self._passes)

    def welcome(self, token: Pass) -> None:
        """Let a token that was found good hold until it is forgotten."""
        self._passes[token.id] = self._by_hash[token.hash] = token

    def forget(self, token: Pass) -> None:
        """Let a token hold no longer."""
        if self._passes.pop(token.id, None) is not None:
            del self._by_hash[token.hash]

    def token(self, secret: str) -> Pass | None:
        """The token in use that this is."""
        found = self._by_hash.get(digest(secret))
        return found if isinstance(found, Pass) else None

    def get(self, key_id: str) -> Key | None:
        """The newest record of a key, or the token that has this id."""
        return self._by_id.get(key_id) or self._passes.get(key_id)

    def writer(self, secret: str | None, names: Collection[str] = ()) -> Key:
        """The key behind a secret, or behind these names of a certificate, that may write something.

        Raises ReaderError: unauthorized; not_entitled, also for a secret that is not of the certificate's key.
        """
        shown = {key.id: key for name in names for key in self._bound.get(name, {}).values()}
        bound = [key for key in shown.values() if key.revoked is None]
        if secret is None and bound:
            return _alone(bound)
        key = self._found(secret)
        if key.certificate is not None and key not in bound:
            detail = f"key {key.id} is bound to a certificate that this connection has not shown"
            raise _not_entitled(detail, f"Connect by TLS with the certificate of {key.certificate}.")
        if bound and key not in bound:
            detail = f"the certificate is of key {_named(bound)}, the secret of key {key.id}"
            raise _not_entitled(detail, "Send the secret of the same key, or none.")
        if Right.WRITE not in key.rights:
            raise _not_entitled(f"key {key.id} may not write", "Make one with `feed keys add --type odf-sender`.")
        return key

    def reader(self, secret: str | None, flag: str) -> Key | None:
        """The key with which this flag is read, None where none is needed; raises as `writer` does."""
        if secret is None and self._reads_openly(flag):
            return None
        return None if not self else _checked(self._found(secret), flag)

    def graphics(self, secret: str, flag: str) -> Key | None:
        """As `reader`, for a secret that stood in an address."""
        key = self.reader(secret, flag)
        if key is not None and Right.URL not in key.rights:
            hint = "Send it as X-API-KEY, or make one with `feed keys add --type graphics`."
            raise _not_entitled(f"key {key.id} may not stand in an address", hint)
        return key

    def holder(self, secret: str | None) -> Key | None:
        """The key behind a secret that reads some flag, None where P is read without one; raises as `writer` does."""
        if not self or (secret is None and self._production_is_open):
            return None
        key = self._found(secret)
        return _checked(key, key.flags[0])

    def operator(self, secret: str | None, flag: str) -> Key:
        """The key behind a secret that may decide about what this flag's quarantine holds; raises as `writer` does."""
        key = self._found(secret)
        if Right.OPERATE not in key.rights:
            raise _not_entitled(f"key {key.id} may not operate", "Make one with `feed keys add --type operator`.")
        if flag not in key.flags:
            raise _not_entitled(f"key {key.id} may not operate flag {flag}", f"It may operate {', '.join(key.flags)}.")
        return key

    def admin(self, secret: str | None) -> Key:
        """The key behind a secret that may make and revoke keys; raises as `writer` does."""
        key = self._found(secret)
        if Right.ADMIN not in key.rights:
            raise _not_entitled(f"key {key.id} is no admin's", "Make one with `feed keys add --type admin`.")
        return key

    def check_again(self, key_id: str | None, flag: str) -> None:
        """Raise as `reader` does when who came in with this key, or with none, may not read any longer."""
        if key_id is None:
            if not self._reads_openly(flag):
                raise _unauthorized("this feed is read with keys now")
            return
        key = self.get(key_id)
        if key is None or key.revoked is not None:
            is_token = key_id not in self._by_id
            raise _unauthorized("the token holds no longer" if is_token else f"key {key_id} has been revoked")
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


def _alone(bound: list[Key]) -> Key:
    if len({key.id for key in bound}) > 1:
        detail = f"the certificate is of several keys: {_named(bound)}"
        raise _not_entitled(detail, "Send the secret of one of them, too.")
    return bound[0]


def _named(keys: list[Key]) -> str:
    return ", ".join(sorted({key.id for key in keys}))


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
