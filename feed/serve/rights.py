"""Who may come in: the key of a request, what it allows, and what becomes of a reader who has lost it.

A secret comes as `X-API-KEY` or `Authorization: Bearer`, that of a key with the right `url` also as `?key=`; the socket
of a browser comes with a `?ticket=`. All are looked up and forgotten. Where tokens are taken, one may stand where a
reader's or an operator's key may; a venue may come with a certificate alone.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from aiohttp import hdrs, web
from multidict import MultiDict

from feed.core.certificates import names_of
from feed.core.cursor import write_cursor
from feed.core.keys import Key, Pass, is_token
from feed.core.ring import Ring
from feed.errors import ErrorName, ReaderError
from feed.serve.origins import check_origin
from feed.serve.parameters import DELAY
from feed.serve.query import KEY, TICKET, read_flag, read_number
from feed.serve.quotas import Quotas, check_connections
from feed.serve.reading import BEHIND, GRANTED, READINGS, Reading
from feed.serve.subscriber import Subscriber
from feed.serve.tokens import Bearers, Issuer

KEY_HEADER = "X-API-KEY"
CLOSING_SECONDS = 0.8  # until a reader that was sent away is cut off: what is still owed to it is not its any more
_DEEDS = {"write": "write", "operate": "operate", "admin": "make keys"}
_FROM_ELSEWHERE = ("Origin", "Forwarded", "X-Forwarded-For")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


class Whose(Protocol):
    """For whom a ticket was made: the id of a key, None for somebody who needed none; the token, if it is of one."""

    @property
    def key(self) -> str | None: ...

    @property
    def token(self) -> Pass | None: ...


class Tickets(Protocol):
    """What lets a browser in once, see `feed.stream.tickets`; both raise ReaderError: too_many, unauthorized."""

    def make(self, key: str | None, token: Pass | None = None) -> str: ...

    async def redeem(self, ticket: str) -> Whose: ...


class Rights:
    """The doorkeeper. `denied` counts by side (read, write, operate, admin) and name. Without `issuer`: no tokens."""

    def __init__(
        self, ring: Ring, readings: Mapping[str, Reading], tickets: Tickets, issuer: Issuer | None = None
    ) -> None:
        self.ring = ring
        self.tickets = tickets
        self._quotas = Quotas()
        self.denied: Counter[tuple[str, str]] = Counter()
        self._readings = readings
        self._bearers = Bearers(ring, issuer, self._part_with, self._in_use) if issuer else None

    def take(self, key: Key) -> None:
        """Let the newest record of a key hold, also for those who are in already: within a second they are out."""
        self.ring.apply(key)
        self._look_round(None, {key.id} if key.revoked is not None else set())

    def check(self, reading: Reading) -> None:
        """Raise ReaderError unauthorized or not_entitled when whom this was handed out to has lost the right since."""
        self.ring.check_again(reading.key, reading.flag)

    async def reader(self, request: web.Request, flag: str) -> Key | None:
        """The key a flag is read with, None where none is needed.

        Raises ReaderError unauthorized, not_entitled, too_many, and bad_request for a secret in two places.
        """
        with self._counted("read"):
            secret, in_address = _secret(request), request.query.get(KEY)
            await self._meet(secret, in_address)
            if in_address is None:
                key = self.ring.reader(secret, flag)
            elif secret is None:
                key = self.ring.graphics(in_address, flag)
            else:
                raise ReaderError(ErrorName.BAD_REQUEST, "there is a key in the address, and another", hint="Send one.")
            self._quotas.spend(request, key)
        return key

    async def guest(self, request: web.Request, flag: str) -> Key | None:
        """As `reader`, with the ticket of the address."""
        with self._counted("read"):
            if KEY in request.query or _secret(request) is not None:
                raise ReaderError(ErrorName.BAD_REQUEST, "there are a ticket and a key", hint="Send one of them.")
            whose = await self.tickets.redeem(request.query[TICKET])
            if whose.token is not None and self._bearers is not None:
                await self._bearers.meet_again(whose.token)
            self.ring.check_again(whose.key, flag)
            key = None if whose.key is None else self.ring.get(whose.key)
            self._quotas.spend(request, key)
        return key

    async def holder(self, request: web.Request) -> Key | None:
        """The key of somebody who reads some flag, None where P is read without one; raises as `reader` does."""
        with self._counted("read"):
            secret = _in_header(request)
            await self._meet(secret)
            key = self.ring.holder(secret)
            self._quotas.spend(request, key)
        return key

    def writer(self, request: web.Request) -> Key | None:
        """The key a document is sent with, None from this machine while there are no keys; raises as `reader` does."""
        names = names_of(request.transport.get_extra_info("peercert") if request.transport else None)
        return self._acting(request, "write", lambda secret: self.ring.writer(_no_token(secret, "write"), names))

    async def operator(self, request: web.Request, flag: str) -> Key | None:
        """The key of an operator, None on this machine while there are no keys; raises as `reader` does."""
        with self._counted("operate"):
            await self._meet(_in_header(request))
        return self._acting(request, "operate", lambda secret: self.ring.operator(secret, flag))

    def admin(self, request: web.Request) -> Key | None:
        """The key of an admin, None on this machine while there are no keys; raises as `reader` does."""
        return self._acting(request, "admin", lambda secret: self.ring.admin(_no_token(secret, "make keys")))

    def _acting(self, request: web.Request, side: str, find: Callable[[str | None], Key]) -> Key | None:
        with self._counted(side):
            secret = _in_header(request)
            if not self.ring:
                require_local(request, _DEEDS[side])
                return None
            key = find(secret)
            self._quotas.spend(request, key)
        return key

    async def _meet(self, *secrets: str | None) -> None:
        for secret in secrets:
            if secret is not None and self._bearers is not None:
                await self._bearers.meet(secret)

    def _part_with(self, tokens: Collection[Pass]) -> None:
        ids = {token.id for token in tokens}
        self._look_round(ids, ids)

    def _look_round(self, of: Collection[str] | None, lost: Collection[str]) -> None:
        """Judge again all who are in, or those with these ids alone; of who has lost a right nothing stays open."""
        for reading in self._all():
            if of is None or any(pull.key_id in of for pull in reading.pump.pulls):
                reading.pump.polls.release()
            for subscriber in list(reading.pump.subscribers):
                if of is None or subscriber.key_id in of:
                    self._judge(subscriber, reading)
            if lost:
                asyncio.get_running_loop().call_later(CLOSING_SECONDS, _cut_off, reading, lost)

    def _in_use(self) -> set[str]:
        pumps = [reading.pump for reading in self._all()]
        readers = {each.key_id for pump in pumps for each in pump.subscribers}
        return {key_id for key_id in readers.union(each.key_id for pump in pumps for each in pump.pulls) if key_id}

    def _all(self) -> list[Reading]:
        return [each for live in self._readings.values() for each in live.readings()]

    @contextmanager
    def _counted(self, side: str) -> Iterator[None]:
        try:
            yield
        except ReaderError as error:
            self.denied[side, error.name] += 1
            raise

    def _judge(self, subscriber: Subscriber, reading: Reading) -> None:
        try:
            self.ring.check_again(subscriber.key_id, reading.flag)
        except ReaderError as error:
            if subscriber.is_open:
                reading.pump.counts[error.name] += 1
                subscriber.refuse(error, write_cursor(reading.epoch, reading.pump.place(subscriber)))
                asyncio.get_running_loop().call_later(CLOSING_SECONDS, subscriber.abort)


def _cut_off(reading: Reading, lost: Collection[str]) -> None:
    """End what is still on its way with a key: a snapshot may be for hours, to who reads slowly."""
    for pull in list(reading.pump.pulls):
        if pull.key_id in lost:
            pull.abort()


RIGHTS: web.AppKey[Rights] = web.AppKey("rights")


async def entitled(request: web.Request, flag: str | None = None) -> Reading:
    """The reading side of a flag, that of the query when none is named, no wider or newer than the request's key.

    Where every reading door begins.
    Raises ReaderError: bad_request for a flag there is not, unauthorized, not_entitled, too_many, not_ready.
    """
    reading = read_flag(request.query if flag is None else MultiDict(flag=flag), request.app[READINGS])
    rights = request.app[RIGHTS]
    if TICKET in request.query:
        check_origin(request)
        key = await rights.guest(request, reading.flag)
    else:
        key = await rights.reader(request, reading.flag)
    wanted = read_number(request.query, DELAY) if DELAY.name in request.query else 0
    if seconds := max(wanted, key.delay_seconds if key else 0):
        # Keys are few, tokens are not: those of many delays share what there is.
        is_imposed = key is not None and not isinstance(key, Pass) and seconds == key.delay_seconds
        reading = await request.app[BEHIND][reading.flag](seconds, is_imposed)
        rights.ring.check_again(key.id if key else None, reading.flag)
    request[GRANTED] = reading
    if key is None:
        return reading
    return replace(reading, board=reading.board.within(key.scope), scope=key.scope, key=key.id, holder=key.bearer)


def check_room(request: web.Request, reading: Reading) -> None:
    """Raise ReaderError too_many when as many readers as are allowed are connected or being answered."""
    key = request.app[RIGHTS].ring.get(reading.key) if reading.key else None
    with _dropped(reading):
        check_connections(request, reading, key.limits.connections if key else None)


@contextmanager
def _dropped(reading: Reading) -> Iterator[None]:
    try:
        yield
    except ReaderError as error:
        reading.pump.counts[error.name] += 1
        raise


def require_local(request: web.Request, what: str) -> None:
    """Raise ReaderError unauthorized for anybody but a program on this machine."""
    if request.remote in _LOOPBACK and not any(name in request.headers for name in _FROM_ELSEWHERE):
        return
    who = "a web page or proxy" if request.remote in _LOOPBACK else request.remote
    hint = f"Without a key only programs on this machine may {what}."
    raise ReaderError(ErrorName.UNAUTHORIZED, f"no key allows {who} to {what}", hint=hint)


def shows_key(request: web.Request) -> bool:
    """Whether a header of a request has a key, good or not."""
    return KEY_HEADER in request.headers or hdrs.AUTHORIZATION in request.headers


def _secret(request: web.Request) -> str | None:
    secret = request.headers.get(KEY_HEADER)
    if secret is None:
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        secret = rest if scheme.lower() == "bearer" else None
    return None if secret is None else secret.strip()


def _no_token(secret: str | None, what: str) -> str | None:
    if secret is not None and is_token(secret):
        raise ReaderError(ErrorName.NOT_ENTITLED, f"no token allows to {what}", hint="Use a key for it.")
    return secret


def _in_header(request: web.Request) -> str | None:
    if KEY in request.query:
        hint = "Send the key as X-API-KEY or Authorization: Bearer."
        raise ReaderError(ErrorName.NOT_ENTITLED, "a key in the address does nothing but read", hint=hint)
    return _secret(request)


async def tell_caches(request: web.Request, response: web.StreamResponse) -> None:
    """Nobody on the way may hand what one key may read to readers with another, or without asking (RFC 9111)."""
    if not request.path.startswith("/v1/"):
        return
    has_key = KEY_HEADER in request.headers or hdrs.AUTHORIZATION in request.headers or KEY in request.query
    response.headers.setdefault(hdrs.CACHE_CONTROL, "private, no-cache" if has_key else "no-cache")
    names = [response.headers[hdrs.VARY]] if hdrs.VARY in response.headers else []
    response.headers[hdrs.VARY] = ", ".join((*names, KEY_HEADER, hdrs.AUTHORIZATION))
