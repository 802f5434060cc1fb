"""Keys for tests of what they allow."""

from collections.abc import Callable
from typing import Any

import pytest

from feed.core.keys import Key, KeyType, Right, digest
from feed.errors import ErrorName, ReaderError

SECRET = "feed_k1_secret"  # noqa: S105 - of this test
READ = frozenset({Right.READ})
WRITE = frozenset({Right.WRITE})


def key(key_id: str = "k1", secret: str = SECRET, **fields: Any) -> Key:
    """A reader of P, unless told otherwise."""
    plain = {"type": KeyType.READER, "flags": ("P",), "rights": READ, "created": 1}
    return Key(id=key_id, hash=digest(secret), **(plain | fields))


def sender(**fields: Any) -> Key:
    return key(**({"type": KeyType.ODF_SENDER, "rights": WRITE} | fields))


def refused(ask: Callable[..., object], *arguments: object) -> ErrorName:
    with pytest.raises(ReaderError) as caught:
        ask(*arguments)
    assert SECRET not in str(caught.value)
    return caught.value.name
