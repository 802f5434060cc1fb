"""What a subscriber says in HTTP/1.1 and how it reads the answer, wherever that is cut. Sans-I/O."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode

from replay.link import Address

OK: Final = 200
SWITCHING: Final = 101
HEAD_BYTES_MAX: Final = 65_536
_END: Final = b"\r\n\r\n"
_KEY: Final = "Zm9sbG93aW5nIGEgZmVlZA=="  # 16 bytes in base64; all that is wanted of it
_UPGRADE: Final = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_KEY}"

Query = Sequence[tuple[str, str]]


class AnswerError(ValueError):
    """What came back is no answer in HTTP that can be read."""


class Door(NamedTuple):
    """The service, the flag that is read there, and the key if one is needed."""

    address: Address
    flag: str
    key: str | None

    def upgrade(self, query: Query) -> bytes:
        """The request that opens /v1/stream."""
        return self._request("/v1/stream", query, _UPGRADE)

    def get(self, path: str, query: Query) -> bytes:
        """A request for lines of JSON on a connection that stays open."""
        return self._request(path, query, "Accept: application/x-ndjson")

    def _request(self, path: str, query: Query, fields: str) -> bytes:
        key = f"X-API-KEY: {self.key}\r\n" if self.key else ""
        target = f"{self.address.path}{path}?{urlencode([('flag', self.flag), *query])}"
        return f"GET {target} HTTP/1.1\r\nHost: {self.address.authority}\r\n{key}{fields}\r\n\r\n".encode()


class Answer(NamedTuple):
    """A whole answer; header names in lower case. `end` is where its bytes ended in those that completed it."""

    status: int
    headers: dict[str, str]
    body: bytes
    end: int


class AnswerReader:
    """One answer after another. A body without Content-Length is empty: the service always tells it."""

    __slots__ = ("_head", "_headers", "_left", "_parts", "_status")

    def __init__(self) -> None:
        self._head = b""
        self._status = 0  # while the head is not whole
        self._headers: dict[str, str] = {}
        self._parts: list[bytes] = []
        self._left = 0

    def take(self, view: memoryview) -> Answer | None:
        """The answer that these bytes complete; what follows its `end` is not looked at. Raises AnswerError."""
        at = 0
        if not self._status:
            kept = len(self._head)
            self._head += view
            found = self._head.find(_END, max(0, kept - len(_END)))
            if found < 0:
                if len(self._head) > HEAD_BYTES_MAX:
                    raise AnswerError(f"a head of more than {HEAD_BYTES_MAX} bytes")
                return None
            self._read_head(self._head[:found])
            self._head = b""
            at = found + len(_END) - kept
        part = view[at : at + self._left]
        self._parts.append(part.tobytes())
        self._left -= len(part)
        if self._left:
            return None
        answer = Answer(self._status, self._headers, b"".join(self._parts), at + len(part))
        self._status, self._parts = 0, []
        return answer

    def _read_head(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        self._headers = {name.strip().lower(): text.strip() for name, _, text in pairs}
        try:
            version, status, _ = f"{first} ".split(" ", 2)
            self._status, self._left = int(status), int(self._headers.get("content-length", "0"))
        except ValueError as error:
            raise AnswerError(f"{first[:80]!r} begins no answer in HTTP") from error
        if version != "HTTP/1.1" or "transfer-encoding" in self._headers:
            raise AnswerError(f"{first[:80]!r} is not of HTTP/1.1, or comes in chunks")
