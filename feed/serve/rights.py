"""Who may come in: the key of a request, what it allows, and what becomes of a reader who has lost it.

A secret comes as `X-API-KEY` or `Authorization: Bearer`; it is looked up and forgotten.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import hdrs, web
from multidict import MultiDict

from feed.core.cursor import write_cursor
from feed.core.keys import Key, Ring
from feed.errors import ErrorName, ReaderError
from feed.serve.query import read_flag
from feed.serve.reading import READINGS, Reading
from feed.serve.subscriber import Subscriber

KEY_HEADER = "X-API-KEY"
CLOSING_SECONDS = 0.8  # until a reader that was sent away is cut off: what is still owed to it is not its any more
_FROM_ELSEWHERE = ("Origin", "Forwarded", "X-Forwarded-For")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


class Rights:
    """The doorkeeper. `denied` counts by side (read, write, operate) and name (unauthorized, not_entitled)."""

    def __init__(self, ring: Ring, readings: Mapping[str, Reading]) -> None:
        self.ring = ring
        self.denied: Counter[tuple[str, str]] = Counter()
        self._readings = readings

    def take(self, key: Key) -> None:
        """Let the newest record of a key hold, also for those who are in already: within a second they are out."""
        self.ring.apply(key)
        for reading in self._readings.values():
            reading.pump.polls.release()
            for subscriber in list(reading.pump.subscribers):
                self._judge(subscriber, reading)

    def check(self, reading: Reading) -> None:
        """Raise ReaderError unauthorized or not_entitled when whom this was handed out to has lost the right since."""
        self.ring.check_again(reading.key, reading.flag)

    def reader(self, request: web.Request, flag: str) -> Key | None:
        """The key a flag is read with, None where none is needed; raises ReaderError unauthorized, not_entitled."""
        try:
            return self.ring.reader(_secret(request), flag)
        except ReaderError as error:
            self.denied["read", error.name] += 1
            raise

    def writer(self, request: web.Request) -> Key | None:
        """The key a document is sent with, None from this machine while there are no keys; raises as `reader` does."""
        try:
            if self.ring:
                return self.ring.writer(_secret(request))
            require_local(request, "write")
        except ReaderError as error:
            self.denied["write", error.name] += 1
            raise
        return None

    def operator(self, request: web.Request, flag: str) -> Key | None:
        """The key of an operator, None on this machine while there are no keys; raises as `reader` does."""
        try:
            if self.ring:
                return self.ring.operator(_secret(request), flag)
            require_local(request, "operate")
        except ReaderError as error:
            self.denied["operate", error.name] += 1
            raise
        return None

    def _judge(self, subscriber: Subscriber, reading: Reading) -> None:
        try:
            self.ring.check_again(subscriber.key_id, reading.flag)
        except ReaderError as error:
            if subscriber.is_open:
                subscriber.refuse(error, write_cursor(reading.epoch, reading.pump.place(subscriber)))
                asyncio.get_running_loop().call_later(CLOSING_SECONDS, subscriber.abort)


RIGHTS: web.AppKey[Rights] = web.AppKey("rights")


def entitled(request: web.Request, flag: str | None = None) -> Reading:
    """The reading side of a flag, that of the query when none is named, no wider than the request's key.

    Where every reading door begins.
    Raises ReaderError: bad_request for a flag there is not, unauthorized, not_entitled.
    """
    reading = read_flag(request.query if flag is None else MultiDict(flag=flag), request.app[READINGS])
    key = request.app[RIGHTS].reader(request, reading.flag)
    if key is None:
        return reading
    return replace(reading, board=reading.board.within(key.scope), scope=key.scope, key=key.id)


def require_local(request: web.Request, what: str) -> None:
    """Raise ReaderError unauthorized for anybody but a program on this machine."""
    if request.remote in _LOOPBACK and not any(name in request.headers for name in _FROM_ELSEWHERE):
        return
    who = "a web page or proxy" if request.remote in _LOOPBACK else request.remote
    hint = f"Without a key only programs on this machine may {what}."
    raise ReaderError(ErrorName.UNAUTHORIZED, f"no key allows {who} to {what}", hint=hint)


def _secret(request: web.Request) -> str | None:
    secret = request.headers.get(KEY_HEADER)
    if secret is None:
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        secret = rest if scheme.lower() == "bearer" else None
    return None if secret is None else secret.strip()


async def tell_caches(request: web.Request, response: web.StreamResponse) -> None:
    """Nobody on the way may hand what one key may read to readers with another, or without asking (RFC 9111)."""
    if not request.path.startswith("/v1/"):
        return
    has_key = KEY_HEADER in request.headers or hdrs.AUTHORIZATION in request.headers
    response.headers.setdefault(hdrs.CACHE_CONTROL, "private, no-cache" if has_key else "no-cache")
    names = [response.headers[hdrs.VARY]] if hdrs.VARY in response.headers else []
    response.headers[hdrs.VARY] = ", ".join((*names, KEY_HEADER, hdrs.AUTHORIZATION))
