"""The keys that tokens are signed with, as their issuer publishes them (JWKS), and what a token allows by them.

They are fetched at the start, every five minutes, and at most once a minute for a token that names another one. While
their place cannot be reached those that are known live on.
"""

import asyncio
import logging
import time
from collections import Counter
from pathlib import Path

import aiohttp

from feed.clock import now_micros
from feed.config import Settings
from feed.core.keys import Pass
from feed.core.tokens import Expected, KeySet, check_token, kid_of, read_key_set
from feed.errors import FeedError, SettingsError

FETCH_SECONDS = 5.0
REFRESH_SECONDS = 300.0
ASK_SECONDS = 60.0  # between two fetches for the sake of tokens
BYTES_MAX = 256 * 1024
_OK = 200
_SCHEMES = ("https://", "http://")

_log = logging.getLogger("feed.issuer")


class UnreachableError(FeedError):
    """The keys are not where they should be."""


class Issuer:
    """Who makes the tokens that are taken here; `counts` its fetches, ok and failed."""

    def __init__(self, place: str, expected: Expected) -> None:
        self.counts: Counter[str] = Counter()
        self._place = place
        self._expected = expected
        self._keys: KeySet = {}
        self._asked = -ASK_SECONDS
        self._asking = asyncio.Lock()

    def vouches_for(self, token: Pass) -> bool:
        """Whether the key that a token was signed with is one that tokens may be signed with now."""
        signing = self._keys.get(token.kid)
        return signing is not None and signing.thumbprint == token.thumbprint

    def now(self) -> int:
        """Microseconds UTC."""
        return now_micros()

    async def start(self) -> None:
        """Get the keys. A file must have them (raises SettingsError); an address is asked again later."""
        if not self._place.startswith(_SCHEMES):
            try:
                self._keys = read_key_set(await self._text())
                if not self._keys:
                    raise ValueError("it has no key that tokens may be signed with")  # noqa: TRY301 - as one that is none
            except (ValueError, UnreachableError) as error:
                raise SettingsError(f"jwt_keys: {self._place}: {error}", hint="Name a JWKS.") from error
            self.counts["ok"] += 1
        else:
            await self._fetch()

    async def run(self) -> None:
        """Keep them fresh until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await self._fetch()

    async def knows(self, kid: str) -> bool:
        """Whether tokens may be signed with this key; one we have not heard of is asked for."""
        if kid not in self._keys:
            async with self._asking:  # all who wait are helped by one answer
                if kid not in self._keys and time.monotonic() - self._asked >= ASK_SECONDS:
                    self._asked = time.monotonic()
                    await self._fetch()
        return kid in self._keys

    async def read(self, token: str) -> Pass:
        """What a token allows; raises ReaderError as `check_token` does."""
        await self.knows(kid_of(token))
        return check_token(token, self._keys, self._expected, self.now())

    async def _fetch(self) -> None:
        try:
            keys = read_key_set(await self._text())
        except (ValueError, UnreachableError) as error:
            self.counts["failed"] += 1
            _log.error("the keys of tokens cannot be had, and %d known ones stay: %s", len(self._keys), error)
            return
        self.counts["ok"] += 1
        if not keys:
            _log.error("the issuer has no keys any more: no token is good")
        if _thumbprints(keys) != _thumbprints(self._keys):
            _log.info("tokens are signed with the keys %s", ", ".join(sorted(keys)))
        self._keys = keys

    async def _text(self) -> bytes:
        if not self._place.startswith(_SCHEMES):
            try:
                return await asyncio.to_thread(Path(self._place).read_bytes)
            except OSError as error:
                raise UnreachableError(error.strerror or str(error)) from error
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(self._place, allow_redirects=False) as answer,
            ):
                text = await answer.content.read(BYTES_MAX + 1)
                while len(text) <= BYTES_MAX and (more := await answer.content.read(BYTES_MAX)):
                    text += more
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnreachableError(str(error) or f"no answer within {FETCH_SECONDS:g} s") from error
        if answer.status != _OK:
            raise UnreachableError(f"the answer was {answer.status}")
        if len(text) > BYTES_MAX:
            raise UnreachableError(f"they have more than {BYTES_MAX} bytes")
        return text


def _thumbprints(keys: KeySet) -> dict[str, str]:
    return {kid: signing.thumbprint for kid, signing in keys.items()}


def issuer_of(settings: Settings) -> Issuer | None:
    """Whose tokens the settings let in, None for nobody's."""
    if settings.jwt_keys is None or settings.jwt_issuer is None or settings.jwt_audience is None:
        return None
    return Issuer(settings.jwt_keys, Expected(settings.jwt_issuer, settings.jwt_audience))
