"""The service's address: one connection after the other, one request after the other. Only this file knows aiohttp."""

import asyncio
import json
import ssl

import aiohttp
from yarl import URL

from feed.client.compression import MAGIC, Dictionaries
from feed.client.errors import ClientError, ExpiredError, LostError, RefusedError
from feed.client.wire import PACKED, TEXTS, Wire
from feed.client.wish import Pairs

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
CLOSE_SECONDS = 1.0
TOO_MANY_SECONDS = 1.0  # what Retry-After says with a 429; a close code has no room for it
_REFUSALS = range(4400, 4500)
_EXPIRED, _TOO_MANY = 4410, 4429
_PASSING = frozenset({408, 425, 429})
_OK, _BAD, _FAILED = 200, 400, 500

Socket = aiohttp.ClientWebSocketResponse


class Access:
    """Where the service listens, the key to it, and the parameters that every request has."""

    def __init__(
        self, url: str, key: str | None, always: Pairs, silence_seconds: float, trust: ssl.SSLContext | None = None
    ) -> None:
        try:
            self._url = URL(url)
        except ValueError:
            self._url = URL()
        if self._url.scheme not in {"http", "https"} or not self._url.host:
            raise ClientError(f"{url} is no address", hint="Write it as http://HOST:PORT.")
        self.url = url
        self._trust: ssl.SSLContext | bool = trust or True
        self._headers = {"X-API-KEY": key} if key else {}
        self._always = always
        self._silence_seconds = silence_seconds
        self._dictionaries = Dictionaries()

    def session(self) -> aiohttp.ClientSession:
        """What connections are made in; the caller closes it."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        connector = aiohttp.TCPConnector(ssl=self._trust)
        return aiohttp.ClientSession(headers=self._headers, timeout=timeout, connector=connector)

    async def connect(self, session: aiohttp.ClientSession, query: Pairs) -> Socket:
        """An open WebSocket, for the caller to close; raises LostError or RefusedError."""
        address = self._at("v1/stream").with_scheme("wss" if self._url.scheme == "https" else "ws")
        closing = aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await session.ws_connect(
                    address.with_query([*self._always, *query]), max_msg_size=0, compress=0, timeout=closing
                )
        except aiohttp.WSServerHandshakeError as error:
            wait = error.headers.get("Retry-After") if error.headers else None
            raise complaint(error.status, "", wait) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._lost(error) from error

    async def receive(self, session: aiohttp.ClientSession, socket: Socket) -> tuple[bytes, Wire]:
        """The next payload, and how it is read; the end of the connection raises LostError, or RefusedError by code."""
        try:
            frame = await socket.receive(self._silence_seconds)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._lost(error) from error
        match frame.type:
            case aiohttp.WSMsgType.TEXT:
                return frame.data.encode(), TEXTS
            case aiohttp.WSMsgType.BINARY if frame.data.startswith(MAGIC):
                message = await self._decompressed(session, frame.data)
                return message, TEXTS if message.startswith(b"{") else PACKED
            case aiohttp.WSMsgType.BINARY:
                return frame.data, PACKED
            case aiohttp.WSMsgType.CLOSE:
                raise closed(frame.data, frame.extra or "")
            case _:
                raise LostError("the service closed the connection")

    async def get(self, session: aiohttp.ClientSession, path: str, query: Pairs) -> bytes:
        """The body at a path; raises LostError or RefusedError."""
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                session.get(self._at(path.lstrip("/")).with_query([*self._always, *query])) as answer,
            ):
                text = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._lost(error) from error
        if answer.status != _OK:
            raise complaint(answer.status, text.decode(errors="replace"), answer.headers.get("Retry-After"))
        return text

    async def _decompressed(self, session: aiohttp.ClientSession, frame: bytes) -> bytes:
        """The message of a compressed frame; the dictionary that it names is fetched once."""
        number = self._dictionaries.missing(frame)
        if number is not None:
            try:
                content = await self.get(session, f"v1/dictionaries/{number}", [])
            except RefusedError as error:  # another node, which does not have it yet or any more
                raise LostError(f"dictionary {number} was refused: {error.detail}") from error
            self._dictionaries.add(number, content)
        return self._dictionaries.message(frame)

    def _at(self, path: str) -> URL:
        return self._url.joinpath(*path.split("/"))

    def _lost(self, error: Exception) -> LostError:
        return LostError(f"no connection to {self.url}: {error or 'silence'}")


def closed(code: int | None, reason: str) -> LostError | RefusedError:
    """What a close frame means."""
    name = _member(reason, "name")
    if code == _TOO_MANY:
        return LostError(f"the service closed the connection: {name or 'too many'}", TOO_MANY_SECONDS)
    if code is None or code not in _REFUSALS:
        return LostError(f"the service closed the connection: {name or code}")
    return (ExpiredError if code == _EXPIRED else RefusedError)(name or str(code), f"closed with {code}")


def complaint(status: int, text: str, retry_after: str | None) -> LostError | RefusedError:
    """What an answer that is none means; of Retry-After only seconds are understood."""
    name, detail, hint = (_member(text, "error", each) for each in ("name", "detail", "hint"))
    told = f"the service answered {status}" + (f": {detail}" if detail else "")
    if status < _BAD or status >= _FAILED or status in _PASSING:
        wait = float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0.0
        return LostError(told, wait)
    kind = ExpiredError if status == _EXPIRED - 4000 else RefusedError
    return kind(name or str(status), detail or told, hint=hint)


def _member(text: str, *path: str) -> str:
    """A text in a JSON object; empty where there is none."""
    try:
        found = json.loads(text)
        for name in path:
            found = found[name]
    except (ValueError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""
