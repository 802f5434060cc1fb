"""The load side, as bare as Python can be, so that it is not what is measured: readers, a poster, documents."""

import asyncio
import os
import struct
from base64 import b64encode
from collections.abc import Callable
from typing import cast

_HEAD_BYTES = 64  # enough for a frame's head and the digits of `{"seq":...,`
_BUFFER = bytearray(1 << 20)  # one loop, one thread: each read is looked at before the next comes
_SEQ = b'{"seq":'


class Reader(asyncio.BufferedProtocol):
    """Reads frames and keeps no payload: `seen(seq)` is called at the end of each message."""

    def __init__(self, path: str, host: str, seen: Callable[[int], None]) -> None:
        self.is_open = False
        self.frames = 0
        self.transport: asyncio.Transport | None = None
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}\r\n\r\n"
        ).encode()
        self._seen = seen
        self._kept = b""
        self._rest = 0
        self._seq = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.is_open = False

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's signature
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        """Pass over payloads; only the start of a frame is looked at."""
        start = 0
        if self._rest:
            if nbytes < self._rest:
                self._rest -= nbytes
                return
            start = self._rest
            self._end()
        if self._kept:
            data, self._kept = self._kept + bytes(memoryview(_BUFFER)[:nbytes]), b""
            self._read(data, start, len(data))
        elif start < nbytes:
            self._read(_BUFFER, start, nbytes)

    def _read(self, data: bytes | bytearray, start: int, end: int) -> None:
        if not self.is_open:
            start = self._upgraded(data, start, end)
        while start < end:
            body, length = _frame(data, start, end)
            is_short = length + body - start <= end - start
            if not length or (end - body < _HEAD_BYTES and not is_short):
                self._kept = bytes(data[start:end])
                return
            self._seq = int(data[body + 7 : data.index(b",", body)]) if data.startswith(_SEQ, body) else 0
            start = body + length
            if start > end:
                self._rest = start - end
                return
            self._end()

    def _upgraded(self, data: bytes | bytearray, start: int, end: int) -> int:
        found = data.find(b"\r\n\r\n", start, end)
        if found < 0 or b" 101 " not in data[start:found]:
            raise ConnectionError(bytes(data[start:end]))
        self.is_open = True
        return found + 4

    def _end(self) -> None:
        self._rest = 0
        self.frames += 1
        if self._seq:
            self._seen(self._seq)


def _frame(data: bytes | bytearray, start: int, end: int) -> tuple[int, int]:
    """(where the payload starts, its length); a length of 0 while the head is not all there."""
    if end - start < 2:
        return start, 0
    length = data[start + 1]
    if length < 126:
        return start + 2, length
    width, form = (2, "!H") if length == 126 else (8, "!Q")
    if end - start < 2 + width:
        return start, 0
    return start + 2 + width, struct.unpack_from(form, data, start + 2)[0]


def same(reader: Reader) -> Reader:
    """What a loop's `create_connection` calls to get its protocol."""
    return reader


class Poster(asyncio.Protocol):
    """One keep-alive connection that posts documents one after the other; `free` tells that it may post."""

    def __init__(self, host: str) -> None:
        self._head = f"POST /ingest/odf HTTP/1.1\r\nHost: {host}\r\nContent-Length: ".encode()
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def is_free(self) -> bool:
        return self._answer is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def post(self, body: bytes) -> int:
        """The sequence the document was stored at; raises ConnectionError for any other answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(self._head + b"%d\r\n\r\n" % len(body) + body)
        try:
            return await self._answer
        finally:
            self._answer = None

    def data_received(self, data: bytes) -> None:
        """An answer comes in one piece: it is short."""
        assert self._answer is not None
        _, found, rest = data.partition(b'"accepted":[{"seq":')
        if found:
            self._answer.set_result(int(rest.partition(b",")[0]))
        else:
            self._answer.set_exception(ConnectionError(data.decode()))


def document(number: int, units: int, size: int) -> bytes:
    """An ODF result of about `size` bytes, laid out as venues do: message `number` of `units` units in turn.

    From one Version of a unit to the next one row in twenty changes, as when a few more have finished.
    """
    unit, version = number % units, number // units + 1
    head = (
        f'<OdfBody CompetitionCode="XB2030" DocumentCode="ATHM100M--------------HEAT{unit:06d}--" '
        f'DocumentType="DT_RESULT" Version="{version}" ResultStatus="LIVE" FeedFlag="P" Date="2030-07-03" '
        f'Time="215612045" LogicalDate="2030-07-03" Source="STAATH1">\n\t<Competition Gen="XB-GEN-1.0">\n'
    )
    rows: list[str] = []
    length = len(head) + 30
    while not rows or length + len(rows[-1]) < size:
        rows.append(_row(len(rows) + 1, unit, version))
        length += len(rows[-1])
    return (head + "".join(rows) + "\t</Competition>\n</OdfBody>").encode()


def _row(place: int, unit: int, version: int) -> str:
    code = 9_000_000 + 100 * unit + place
    changes = (version + place) // 20
    return (
        f'\t\t<Result Rank="{place}" ResultType="TIME" Result="{10 + place / 100 + changes / 1000:.3f}" '
        f'SortOrder="{place}" StartOrder="{place}">\n\t\t\t<Competitor Code="{code}" Type="A" Organisation="XXA">\n'
        f'\t\t\t\t<Composition>\n\t\t\t\t\t<Athlete Code="{code}" Order="1" Bib="{place}">\n'
        f'\t\t\t\t\t\t<Description GivenName="Given{place}" FamilyName="Family{place}" Gender="M" '
        f'Organisation="XXA" BirthDate="2004-02-11" />\n'
        "\t\t\t\t\t</Athlete>\n\t\t\t\t</Composition>\n\t\t\t</Competitor>\n\t\t</Result>\n"
    )
