"""The way in: where the service is, and what can be asked of it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self, Unpack

import aiohttp
import msgspec

from feed.client.access import Access
from feed.client.errors import LostError
from feed.client.events import Delivered
from feed.client.patience import Patience
from feed.client.subscription import Subscription
from feed.client.wire import TEXTS
from feed.client.wish import Pairs, Reading, Wish, asked

ATTEMPTS_MAX = 5
SILENCE_SECONDS = 15.0  # three heartbeats
RETRY_SECONDS = (0.2, 5.0)


class Page(msgspec.Struct, frozen=True):
    """A part of the log: go on with `after=next`; `tip` is the newest sequence there is."""

    messages: list[Delivered]
    next: str
    tip: int


class Snapshot(msgspec.Struct, frozen=True):
    """The state at one sequence; `after=cursor` follows from there."""

    messages: list[Delivered]
    epoch: str
    seq: int

    @property
    def cursor(self) -> str:
        return f"{self.epoch}:{self.seq}"


class _Page(msgspec.Struct):
    messages: list[msgspec.Raw]
    next: str
    tip: int


class _Snapshot(msgspec.Struct):
    messages: list[msgspec.Raw]
    epoch: str
    seq: int


class Feed:
    """A service at `url`, read with `key`; `flag` T reads test messages.

    Inside `async with` the plain calls share their connections. `retry_seconds` are the first and the longest wait
    before another attempt; a connection that is silent for `silence_seconds` is taken for lost.
    `trust` holds by https:// instead of the system's authorities.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        flag: str = "P",
        retry_seconds: tuple[float, float] = RETRY_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Raises ClientError for an address that is none."""
        self._access = Access(url, key, [("flag", flag)], silence_seconds, trust)
        self._retry_seconds = retry_seconds
        self._shared: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._shared = self._access.session()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shared is not None:
            await self._shared.close()
        self._shared = None

    def follow(self, **wish: Unpack[Wish]) -> Subscription:
        """Messages as they come, over any cut; the keywords are those of `Wish`."""
        return Subscription(self._access, wish, self._patience)

    async def log(self, after: str = "0", limit: int = 100, wait: float = 0, **reading: Unpack[Reading]) -> Page:
        """Up to `limit` messages behind a cursor; with none there, wait up to `wait` seconds for the next."""
        query = [("after", after), ("limit", str(limit)), ("wait", f"{wait:g}"), *asked(reading)]
        page = msgspec.json.decode(await self._asked("v1/log", query), type=_Page)
        return Page(_typed(page.messages), page.next, page.tip)

    async def snapshot(self, as_of: str | None = None, **reading: Unpack[Reading]) -> Snapshot:
        """The newest message of each topic, as it is or as it was at a sequence or an RFC 3339 time."""
        query = asked(reading) + ([("as_of", as_of)] if as_of is not None else [])
        found = msgspec.json.decode(await self._asked("v1/snapshot", query), type=_Snapshot)
        return Snapshot(_typed(found.messages), found.epoch, found.seq)

    async def view(self, name: str, **query: str) -> Any:  # noqa: ANN401 - views differ
        """A view by its name below /v1, for example `view("medals", view="official")`: its JSON."""
        return msgspec.json.decode(await self._asked(f"v1/{name}", list(query.items())))

    async def _asked(self, path: str, query: Pairs) -> bytes:
        """One answer; what passes by itself is waited out, a few times."""
        patience = self._patience()
        async with self._session() as session:
            for _ in range(ATTEMPTS_MAX - 1):
                try:
                    return await self._access.get(session, path, query)
                except LostError as lost:
                    await asyncio.sleep(patience.wait(lost.seconds))
            return await self._access.get(session, path, query)

    @contextlib.asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        if self._shared is not None:
            yield self._shared
            return
        async with self._access.session() as session:
            yield session

    def _patience(self) -> Patience:
        return Patience(*self._retry_seconds)


def _typed(texts: list[msgspec.Raw]) -> list[Delivered]:
    return [TEXTS.message(bytes(text)) for text in texts]
