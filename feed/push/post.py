"""One document to a customer's URL: HTTP POST, gzip, X-API-KEY (Foundation Principles 8, live feed)."""

import asyncio
import gzip
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import aiohttp

THREAD_BYTES: Final = 32 * 1024  # compressed beside the loop from here on
LEVEL: Final = 6
READ_BYTES: Final = 4_096  # of an answer that nobody looks at: so that its connection can be used again
_HEADERS: Final = {
    "Content-Type": "application/xml; charset=UTF-8",
    "Content-Encoding": "gzip",
    "Connection": "Keep-Alive",
    "Accept": "*/*",
    "User-Agent": "olympic-results-feed",
}


class Answer(NamedTuple):
    """What came back: a status, or the name of the error because of which nothing did."""

    status: int | None = None
    error: str | None = None


def shown(url: str) -> str:
    """A URL without the parts that may be secret; raises ValueError for one that is none."""
    parts = urlsplit(url)
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].removesuffix(port)}{port}{parts.path}"


class Post:
    """The way to one customer; its key is sent and told to nobody. `shown` is its URL as it may be."""

    def __init__(self, url: str, key: str, connections: int) -> None:
        self.shown = shown(url)
        self._url = url
        self._headers = _HEADERS | {"X-API-KEY": key}
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def send(self, document: bytes, deadline: float) -> Answer:
        """Send, and give up at a time of the loop: then no byte of it leaves any more."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=aiohttp.ClientTimeout(total=None), cookie_jar=aiohttp.DummyCookieJar()
            )
        status = error = None
        try:
            async with asyncio.timeout_at(deadline):
                body = await _compressed(document)
                async with self._session.post(
                    self._url, data=body, headers=self._headers, allow_redirects=False
                ) as answer:
                    status = answer.status
                    await answer.content.read(READ_BYTES)
        except TimeoutError:
            error = "timeout"
        except (aiohttp.ClientError, OSError) as problem:
            error = type(problem).__name__
        return Answer(error=error) if status is None else Answer(status)  # what follows a status changes nothing

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()


async def _compressed(document: bytes) -> bytes:
    if len(document) < THREAD_BYTES:
        return gzip.compress(document, LEVEL, mtime=0)
    return await asyncio.to_thread(gzip.compress, document, LEVEL, mtime=0)
