"""The doorstep: connections that have not asked for anything yet, how long and how many of them there may be.

aiohttp waits for the first request as long as for the next one on an open connection. Whoever sends a head byte by
byte (slowloris), or opens connections and says nothing, would hold them all that time. Who has asked is the business of
its door: a subscriber is counted by the pump (`feed.serve.quotas`).
"""

import asyncio
from collections import Counter
from typing import Any, NamedTuple

from aiohttp import web

_CLOSE = b"Content-Length: 0\r\nConnection: close\r\n"
_SLOW = b"HTTP/1.1 408 Request Timeout\r\n" + _CLOSE + b"\r\n"
_MANY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n" + _CLOSE + b"\r\n"
TURNED_AWAY: web.AppKey[Counter[str]] = web.AppKey("turned_away")
REASONS = ("slow", "address", "full", "handshake")


class Patience(NamedTuple):
    """Seconds until the head of the first request is here, and the most connections of one address and of all."""

    head_seconds: float
    of_address: int
    of_all: int


class Doorstep(web.Server):
    """Another server's doors behind a doorstep; `counts` is told why somebody is sent away: slow, address or full.

    A connection stands here until it is closed or has become a subscriber's; one by TLS from its handshake on (see
    `feed.serve.handshakes`), and what fails there is counted as a handshake.
    """

    def __init__(
        self,
        inner: web.Server,
        patience: Patience,
        counts: Counter[str],
        **options: Any,  # noqa: ANN401 - aiohttp's own
    ) -> None:
        super().__init__(inner.request_handler, request_factory=self._asked, **options)
        self.counts = counts
        self._make = inner.request_factory
        self._patience = patience
        self._addresses: Counter[str] = Counter()
        self._standing: dict[web.RequestHandler, str] = {}
        self._silent: dict[web.RequestHandler, asyncio.TimerHandle] = {}

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Count a connection, or send it away."""
        super().connection_made(handler, transport)
        has_knocked = handler in self._standing
        why = None if has_knocked else self._count(handler, str((transport.get_extra_info("peername") or ("",))[0]))
        if why is not None:
            self._send_away(transport, why, _MANY)
        else:
            loop = asyncio.get_running_loop()
            seconds = self._patience.head_seconds
            self._silent[handler] = loop.call_later(seconds, self._send_away, transport, "slow", _SLOW)

    def knocks(self, handler: web.RequestHandler, address: str) -> bool:
        """Count somebody who is about to shake hands; False where there is no room, and nothing to tell it by."""
        why = self._count(handler, address)
        if why is not None:
            self.counts[why] += 1
            self._forget(handler)
        return why is None

    def leaves(self, handler: web.RequestHandler, *, is_slow: bool) -> None:
        """Forget somebody whose handshake has failed."""
        self.counts["slow" if is_slow else "handshake"] += 1
        self._forget(handler)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a connection."""
        super().connection_lost(handler, exc)
        self._heard(handler)
        self._forget(handler)

    def _count(self, handler: web.RequestHandler, address: str) -> str | None:
        """Let somebody stand here, and tell why not, if that is so."""
        self._standing[handler] = address
        self._addresses[address] += 1
        if len(self._standing) > self._patience.of_all:
            return "full"
        return "address" if self._addresses[address] > self._patience.of_address else None

    def _forget(self, handler: web.RequestHandler) -> None:
        address = self._standing.pop(handler, None)
        if address is not None:
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    # all are aiohttp's own, and only passed on
    def _asked(self, message: Any, payload: Any, handler: web.RequestHandler, *rest: Any) -> web.BaseRequest:  # noqa: ANN401
        """What aiohttp makes a request of, once its head is here."""
        self._heard(handler)
        return self._make(message, payload, handler, *rest)

    def _heard(self, handler: web.RequestHandler) -> None:
        if (timer := self._silent.pop(handler, None)) is not None:
            timer.cancel()

    def _send_away(self, transport: asyncio.Transport, why: str, answer: bytes) -> None:
        self.counts[why] += 1
        if not transport.is_closing():
            transport.write(answer)
            transport.close()
