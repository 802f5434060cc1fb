"""Tokens (JWT) in place of keys: each is read once, holds in the ring like a key, and is forgotten when it ends.

A token ends by itself, or with the key it was signed with. Whoever is connected with it then goes the way of a key that
is revoked.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from aiohttp import web

from feed.core.keys import Pass, is_token
from feed.core.ring import Ring
from feed.errors import ErrorName, ReaderError

SWEEP_SECONDS = 0.5
KEPT = 10_000  # tokens that are remembered although nobody is connected with them
FETCHES: web.AppKey[Mapping[str, int]] = web.AppKey("fetches")  # of the issuer's keys, by outcome
FETCHED = ("ok", "failed")


class Issuer(Protocol):
    """Who tells what a token allows, and `vouches_for` it while its key is one of theirs; see `feed.issuer`."""

    def vouches_for(self, token: Pass) -> bool: ...

    async def knows(self, kid: str) -> bool: ...

    async def read(self, token: str) -> Pass: ...

    def now(self) -> int: ...


class Bearers:
    """All tokens in use of one ring. `ended` is told of those that hold no longer, `used` names those with readers."""

    def __init__(
        self,
        ring: Ring,
        issuer: Issuer,
        ended: Callable[[Collection[Pass]], None],
        used: Callable[[], Collection[str]],
    ) -> None:
        self._ring = ring
        self._issuer = issuer
        self._ended = ended
        self._used = used
        self._sweeping: asyncio.TimerHandle | None = None
        self._tidied = KEPT

    async def meet(self, secret: str) -> None:
        """Let a token hold, if this is one; raises ReaderError as `check_token` does."""
        if not is_token(secret):
            return
        known = self._ring.token(secret)
        if known is None or not self._holds(known):
            self._welcome(await self._issuer.read(secret))

    async def meet_again(self, token: Pass) -> None:
        """Let a token hold that another process has read; raises ReaderError unauthorized when it has ended since."""
        if not await self._issuer.knows(token.kid) or not self._holds(token):
            raise ReaderError(ErrorName.UNAUTHORIZED, "the token holds no longer", hint="Get a new one.")
        self._welcome(token)

    def sweep(self) -> None:
        """Forget what has ended, and tell of it."""
        ended = [token for token in self._ring.passes if not self._holds(token)]
        for token in ended:
            self._ring.forget(token)
        if ended:
            self._ended(ended)

    def _holds(self, token: Pass) -> bool:
        return token.expires > self._issuer.now() and self._issuer.vouches_for(token)

    def _welcome(self, token: Pass) -> None:
        self._ring.welcome(token)
        if self._ring.pass_count > self._tidied:
            self._tidy()
        if self._sweeping is None:
            self._sweep_later()

    def _tidy(self) -> None:
        """Of the older half, only tokens that somebody is connected with are worth remembering."""
        used, kept = self._used(), self._ring.passes
        for token in kept[: len(kept) // 2]:
            if token.id not in used:
                self._ring.forget(token)
        self._tidied = max(KEPT, 2 * len(self._ring.passes))

    def _sweep_later(self) -> None:
        self._sweeping = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._sweep_again)

    def _sweep_again(self) -> None:
        self._sweeping = None
        self.sweep()
        if self._ring.pass_count:
            self._sweep_later()
