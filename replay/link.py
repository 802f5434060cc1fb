"""One keep-alive HTTP/1.1 connection of a venue: the bytes leave in the call that sends them, and can break off.

aiohttp's client takes several turns of the loop before the first byte leaves, too late for a planned moment, and
repeats some requests by itself.
"""

import asyncio
import ssl
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

from feed.errors import FeedError

CONNECT_SECONDS: Final = 10.0
ANSWER_BYTES_MAX: Final = 1 << 20
_PORTS: Final = {"http": 80, "https": 443}


class AddressError(FeedError):
    """The address of the service is none."""


class Address(NamedTuple):
    """Where the service listens; `path` is what stands before /ingest. `trust`: not the system's authorities."""

    host: str
    port: int
    path: str
    is_secure: bool
    trust: ssl.SSLContext | None = None

    @property
    def authority(self) -> str:
        """As in the header Host."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Answer(NamedTuple):
    """What came back. `retry_after` in seconds, where the service named a number."""

    status: int
    body: bytes
    retry_after: float | None


def address_of(url: str) -> Address:
    """Raises AddressError when it is not http://HOST:PORT or https://HOST:PORT."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise AddressError(f"{url} is no address", hint="Write it as http://HOST:PORT.") from error
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressError(f"{url} is no address", hint="Write it as http://HOST:PORT.")
    return Address(host, port, parts.path.rstrip("/"), parts.scheme == "https")


async def connect(address: Address) -> "Link":
    """A new connection; raises OSError or TimeoutError when there is none to be had."""
    context = address.trust or ssl.create_default_context() if address.is_secure else None
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(CONNECT_SECONDS):
        _, link = await loop.create_connection(Link, address.host, address.port, ssl=context)
    return link


class Link(asyncio.Protocol):
    """One request at a time; `is_open` until either side ends it."""

    def __init__(self) -> None:
        self.is_open = False
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[Answer] | None = None

    async def post(self, head: bytes, body: bytes, seconds: float) -> Answer:
        """Send now and wait for the answer. Raises ConnectionError or TimeoutError when the outcome is unknown."""
        transport = self._opened()
        self._answer = asyncio.get_running_loop().create_future()
        is_whole = False
        transport.writelines([head, body])
        try:
            async with asyncio.timeout(seconds):
                answer = await self._answer
            is_whole = True
        finally:
            self._answer = None
            if not is_whole:  # an answer that comes later must not be taken for the next one's
                transport.abort()
        return answer

    def break_off(self, head: bytes, part: bytes) -> None:
        """Send the beginning of a request now, and end the connection."""
        transport = self._opened()
        transport.writelines([head, part])
        self.close()

    def abort(self) -> None:
        """Break the connection now; an answer that is waited for is not coming."""
        self._fail(ConnectionError("the connection was cut"))
        if self._transport:
            self._transport.abort()

    def close(self) -> None:
        """End the connection once what was written is gone."""
        self.is_open = False
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        self._received += data
        try:
            read = read_answer(self._received)
        except (ValueError, LookupError) as error:
            self._fail(ConnectionError(f"not an answer in HTTP: {error}"))
            return
        if read is None:
            return
        del self._received[:]
        self.is_open = self.is_open and read.keeps_open
        if self._answer and not self._answer.done():
            self._answer.set_result(read.answer)
        if not self.is_open:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(ConnectionError(f"the connection ended: {exc or 'closed by the service'}"))

    def _opened(self) -> asyncio.Transport:
        if not self.is_open or self._transport is None:
            raise ConnectionError("the connection has ended")
        return self._transport

    def _fail(self, error: ConnectionError) -> None:
        self.close()
        if self._answer and not self._answer.done():
            self._answer.set_exception(error)


class Read(NamedTuple):
    """A whole answer, and whether the connection may be used again."""

    answer: Answer
    keeps_open: bool


def read_answer(received: bytes | bytearray) -> Read | None:
    """The answer these bytes begin with, None until it is whole. Raises ValueError or LookupError when it is none."""
    if len(received) > ANSWER_BYTES_MAX:
        raise ValueError(f"more than {ANSWER_BYTES_MAX} bytes")
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = bytes(received[:end]).decode("latin-1").split("\r\n")
    if not first.startswith("HTTP/1."):
        raise ValueError("it does not begin with HTTP/1")
    status = int(first.split(" ", 2)[1])
    rest = bytes(received[end + 4 :])
    if 100 <= status < 200:  # noqa: PLR2004 - an interim answer, RFC 9110 15.2
        return read_answer(rest)
    headers = {name.strip().lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
    body = _chunked(rest) if "chunked" in headers.get("transfer-encoding", "") else _counted(rest, headers)
    if body is None:
        return None
    after = headers.get("retry-after", "")
    answer = Answer(status, body, float(after) if after.isascii() and after.isdigit() else None)
    return Read(answer, first.startswith("HTTP/1.1") and headers.get("connection", "").lower() != "close")


def _counted(rest: bytes, headers: dict[str, str]) -> bytes | None:
    length = int(headers["content-length"])
    return rest[:length] if len(rest) >= length else None


def _chunked(rest: bytes) -> bytes | None:
    body = b""
    while True:
        line, found, rest = rest.partition(b"\r\n")
        if not found:
            return None
        size = int(line.partition(b";")[0], 16)
        if size == 0:
            return body if rest.endswith(b"\r\n") else None
        if len(rest) < size + 2:
            return None
        body, rest = body + rest[:size], rest[size + 2 :]
