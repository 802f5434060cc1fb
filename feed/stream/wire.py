"""nats-py's client with the joints replaced that have broken feeds: what arrives goes straight to a plain function.

The names with an underscore are nats-py's own; `tests/stream/test_wire.py` fails when a new version moves one of them.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from nats import errors
from nats.aio.client import Client

from feed.errors import BrokerError

SUBJECT_LIMIT: Final = 1024  # bytes; far below the server's 4096 for a whole control line, which closes the connection
_SUBJECT: Final = re.compile(r"[^\s.*>]+(?:\.[^\s.*>]+)*")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_ONE_LINE: Final = str.maketrans("\r\n", "  ")
_PREAMBLE: Final = b"NATS/1.0"


class PlainServerError(errors.Error):
    """The server does not ask for TLS, and we do."""

    def __str__(self) -> str:
        return "the server does not encrypt"


class Incoming(NamedTuple):
    """One message from the server. `status` is 0 for an ordinary one, else 100, 404, 503 ...; `note` is its text."""

    subject: str
    reply: str
    status: int
    note: str
    headers: dict[str, str]
    payload: bytes


def read_headers(block: bytes) -> tuple[int, str, dict[str, str]]:
    """Split the header block of a message into status (0 if none), its text, and the headers (last of a name wins)."""
    first, _, rest = block.partition(b"\r\n")
    code, _, note = first[len(_PREAMBLE) :].strip().partition(b" ")
    headers = {}
    for line in rest.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name] = value.strip()
    return int(code) if code.isdigit() else 0, note.decode("utf-8", "replace").strip(), headers


def write_headers(headers: Mapping[str, str]) -> bytes:
    """Build the header block; line breaks in a value become blanks, so that a value never starts another header.

    Raises BrokerError for a name that NATS cannot carry.
    """
    lines = ["NATS/1.0\r\n"]
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise BrokerError(f"header name {name!r} cannot be sent")
        lines.append(f"{name}: {value.strip().translate(_ONE_LINE)}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode()


def publish_command(subject: str, reply: str, block: bytes, payload: bytes) -> bytes:
    """Build the PUB or HPUB command. Raises BrokerError for a subject that would close the connection or is a pattern.

    Wildcards in a publish subject are stored by the server as they are, and an over-long subject makes it hang up.
    """
    if not _SUBJECT.fullmatch(subject) or len(subject.encode()) > SUBJECT_LIMIT:
        raise BrokerError(f"subject {subject[:80]!r} cannot be published to")
    if block:
        line = f"HPUB {subject} {reply} {len(block)} {len(block) + len(payload)}\r\n"
    else:
        line = f"PUB {subject} {reply} {len(payload)}\r\n"
    return b"".join((line.encode(), block, payload, b"\r\n"))


class Wire(Client):
    """A nats-py client that calls `routes[sid]` from its read loop and never closes itself for good.

    `lost` is called once for each loss of the connection, before anything is tried to get it back. While
    `must_be_encrypted` nothing is said to a server that goes on in plain text: nats-py would send the password.
    """

    def __init__(self, lost: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        super().__init__()
        self.must_be_encrypted = False
        self.routes: dict[int, Callable[[Incoming], None]] = {}
        self._lost = lost
        self._failed = failed

    def send(self, command: bytes) -> None:
        """Queue a command for the socket without waiting: nothing here can swallow a cancellation or block."""
        self._pending.append(command)
        self._pending_data_size += len(command)
        if self._flush_queue is not None and self._flush_queue.empty():
            self._flush_queue.put_nowait(asyncio.get_running_loop().create_future())

    async def route(self, subject: str, callback: Callable[[Incoming], None]) -> int:
        """Subscribe and hand every message to `callback`; returns the number to `unroute` by."""
        subscription = await self.subscribe(subject)
        sid: int = subscription._id  # noqa: SLF001 - the number has no public name
        self.routes[sid] = callback
        return sid

    def unroute(self, sid: int) -> None:
        """End a subscription; what is still on its way for it is dropped."""
        self.routes.pop(sid, None)
        self._subs.pop(sid, None)
        if self.is_connected:
            self.send(f"UNSUB {sid}\r\n".encode())

    async def ping(self, limit: float) -> bool:
        """Tell whether the server answers within `limit` seconds; false also when the read loop is dead."""
        pong: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        try:
            await self._send_ping(pong)
        except RuntimeError:  # uvloop, when the socket is closed already
            return False
        # Not wait_for: it cancels the future, and a late PONG for a cancelled one ends nats-py's read loop.
        await asyncio.wait({pong}, timeout=limit)
        return pong.done()

    async def settled(self, limit: float) -> bool:
        """Tell whether the server has taken all that is queued within `limit` seconds.

        A ping of nats-py goes ahead of what is queued: its answer alone would tell nothing of that.
        """
        loop = asyncio.get_running_loop()
        deadline, flushed = loop.time() + limit, loop.create_future()
        queue, flusher = self._flush_queue, self._flusher_task
        if queue is None or queue.full() or flusher is None or flusher.done():
            return False
        queue.put_nowait(flushed)
        await asyncio.wait({flushed}, timeout=limit)
        is_same = self._flusher_task is flusher and self.is_connected  # else what was queued is thrown away
        return flushed.done() and is_same and await self.ping(deadline - loop.time())

    async def revive(self) -> None:
        """Reconnect although nats-py believes that all is well, or start its ended reconnecting again."""
        if self.is_connected:
            await self.force_reconnect()
        elif self.is_reconnecting and (self._reconnection_task is None or self._reconnection_task.done()):
            self._reconnection_task = asyncio.get_running_loop().create_task(self._attempt_reconnect())

    def abort(self) -> None:
        """Drop the socket at once: a polite close waits for a frozen server to read what is queued."""
        writer = getattr(self._transport, "_io_writer", None)
        if writer is not None:
            writer.transport.abort()

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        callback = self.routes.get(sid)
        if callback is None:
            return
        status, note, parsed = read_headers(headers) if headers else (0, "", {})
        try:
            callback(Incoming(subject.decode(), reply.decode(), status, note, parsed, data))
        except Exception as problem:  # noqa: BLE001 - anything that gets out of here ends the read loop silently
            self._failed(problem)

    def _connect_command(self) -> bytes:
        if self.must_be_encrypted and not self._server_info.get("tls_required"):
            raise PlainServerError
        return bytes(super()._connect_command())

    async def _process_err(self, err_msg: str) -> None:
        if "permissions violation" in err_msg:
            self._failed(errors.Error(err_msg))
            return
        # nats-py closes for good here (an over-long line, an expired account, a shutdown): a new connection is right.
        await self._process_op_err(errors.Error(err_msg))

    async def _attempt_reconnect(self) -> None:
        self.abort()
        self._pending.clear()  # else what was given up is sent after the reconnect, late and out of order
        self._pending_data_size = 0
        self._lost()
        await super()._attempt_reconnect()
