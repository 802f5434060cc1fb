"""Content codings: gzip for who takes it. Long bodies are compressed beside the loop, whole ones once for everybody."""

import asyncio
import zlib
from collections.abc import Iterable
from typing import Final

from aiohttp import hdrs, web
from multidict import MultiMapping

from feed.core.kept import Kept
from feed.serve.query import read_weights

GZIP: Final = "gzip"
LEVEL: Final = 4  # 6.5 times smaller at 100 MB/s; level 6 is a tenth smaller for a third more time
KEPT_BYTES: Final = 32 << 20
THREAD_BYTES: Final = 16 << 10  # less is compressed sooner than a thread is woken
_WBITS: Final = 16 + zlib.MAX_WBITS  # gzip's head and sum; without a time, so that equal bodies are equal bytes

ADDRESS_MAX = 512  # a longer one is one reader's own: nobody else asks for it
CodedKey = tuple[str, str]  # the address asked for, and the entity tag of what is there


class Gzip:
    """One body that is compressed as it goes."""

    def __init__(self) -> None:
        self._coder = zlib.compressobj(LEVEL, wbits=_WBITS)

    async def add(self, text: bytes) -> bytes:
        """What can be sent already; often nothing."""
        if len(text) < THREAD_BYTES:
            return self._coder.compress(text)
        return await asyncio.to_thread(self._coder.compress, text)

    async def end(self) -> bytes:
        """The last of it."""
        return self._coder.flush()


class Coded:
    """Compressed bodies by address and entity tag: made once, also while several ask, and kept while there is room."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most = most
        self._kept = Kept[CodedKey](most)
        self._under_way: dict[CodedKey, asyncio.Task[bytes]] = {}

    async def find(self, key: CodedKey) -> bytes | None:
        """A body that is kept or under way; where there is none, nothing has been waited for."""
        making = self._under_way.get(key)
        return self._kept.get(key) if making is None else await asyncio.shield(making)

    async def made(self, key: CodedKey, parts: Iterable[bytes]) -> bytes:
        """The body of a text in parts, whoever compresses it."""
        making = self._under_way.get(key)
        if making is None:
            making = self._under_way[key] = asyncio.create_task(self._made(key, parts))
        return await asyncio.shield(making)  # who leaves takes nothing from the others

    async def _made(self, key: CodedKey, parts: Iterable[bytes]) -> bytes:
        coder = Gzip()
        try:
            body = b"".join([await coder.add(part) for part in parts]) + await coder.end()
            if len(body) <= self._most // 4 and len(key[0]) <= ADDRESS_MAX:  # or it would leave little room for others
                self._kept.keep(key, body)
            return body
        finally:
            del self._under_way[key]


CODED: web.AppKey[Coded] = web.AppKey("coded", Coded)


def takes_gzip(headers: MultiMapping[str]) -> bool:
    """Whether Accept-Encoding asks for gzip, and not less than for the body as it is (RFC 9110 section 12.5.3)."""
    weights = read_weights(headers, hdrs.ACCEPT_ENCODING)
    weight = weights.get(GZIP, weights.get("*", 0.0))
    return weight > 0 and weight >= weights.get("identity", 0.0)
