"""From an HTTP request to a socket of our own: the head of the answer is written, then aiohttp lets go of it."""

import base64
import hashlib

from aiohttp import web

from feed.errors import ErrorName, ReaderError
from feed.serve.subscriber import Subscriber

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
_KEY_BYTES = 16
_VERSION = "13"


class _Tail:
    """Takes what the client sent right behind its request, before the connection is ours."""

    def __init__(self) -> None:
        self.data = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.data += data
        return False, b""

    def feed_eof(self) -> None:
        """End of what was sent; nothing to do."""


def upgrade_head(request: web.Request) -> bytes:
    """The answer to a valid upgrade (RFC 6455 section 4.2); raises ReaderError bad_request."""
    headers = request.headers
    tokens = {token.strip().lower() for token in headers.get("Connection", "").split(",")}
    if headers.get("Upgrade", "").lower() != "websocket" or "upgrade" not in tokens:
        raise _bad("this is a WebSocket endpoint", "Open it with a WebSocket client, or pull from /v1/log.")
    if headers.get("Sec-WebSocket-Version") != _VERSION:
        raise _bad("the WebSocket version must be 13")
    key = headers.get("Sec-WebSocket-Key", "")
    try:
        is_key = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except ValueError:
        is_key = False
    if not is_key:
        raise _bad("Sec-WebSocket-Key must be 16 bytes in base64")
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def hand_over(request: web.Request, head: bytes, subscriber: Subscriber) -> bytes:
    """Answer with this head, make the subscriber the connection's protocol, return what the client sent behind.

    aiohttp is told that its connection is lost, so that it frees all it holds (an idle connection then costs a third);
    the socket itself stays open. The early bytes are the subscriber's to receive once it has said hello. Raises
    ConnectionResetError when the client is gone already.
    """
    transport = request.transport
    if transport is None:
        raise ConnectionResetError
    tail = _Tail()
    protocol = request.protocol
    protocol.set_parser(tail)  # type: ignore[arg-type]  # hands over what came behind the request
    transport.write(head)
    protocol.transport = None
    protocol.connection_lost(None)
    transport.set_protocol(subscriber)
    subscriber.connection_made(transport)
    return tail.data


def _bad(detail: str, hint: str = "") -> ReaderError:
    return ReaderError(ErrorName.BAD_REQUEST, detail, hint=hint)
