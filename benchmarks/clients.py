"""The load side, as bare as Python can be, so that it is not what is measured: readers, a poster, documents."""

import asyncio
import os
import struct
from base64 import b64encode
from typing import cast
from urllib.parse import urlsplit


class Reader(asyncio.Protocol):
    """An idle subscriber: counts the frames it gets, keeps nothing."""

    def __init__(self, host: str, path: str = "/v1/stream") -> None:
        self.is_open = False
        self.frames = 0
        self._request = upgrade_request(host, path)
        self._kept = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.is_open = False

    def data_received(self, data: bytes) -> None:
        """Take the answer to the upgrade, then whole frames."""
        self._kept += data
        if not self.is_open:
            head, found, rest = self._kept.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head:
                raise ConnectionError(head.decode())
            self.is_open, self._kept = True, rest
        at = 0
        while (size := frame_size(self._kept, at)) and at + size <= len(self._kept):
            self.took(self._kept, at, size)
            at += size
        self._kept = self._kept[at:]

    def took(self, data: bytes, at: int, size: int) -> None:  # noqa: ARG002 - what others look at
        """A whole frame is there, in `data` from `at` on."""
        self.frames += 1


def upgrade_request(host: str, path: str = "/v1/stream") -> bytes:
    """The request that opens a WebSocket; that of a subscriber of everything, if no other is named."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}\r\n\r\n"
    ).encode()


def frame_size(data: bytes | bytearray, at: int = 0) -> int:
    """Bytes of the frame that begins at `at`, its head included; 0 while that cannot be told."""
    if len(data) < at + 2:
        return 0
    length = data[at + 1]
    if length < 126:
        return 2 + length
    width, form = (2, "!H") if length == 126 else (8, "!Q")
    if len(data) < at + 2 + width:
        return 0
    return 2 + width + int(struct.unpack_from(form, data, at + 2)[0])


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


class Posters:
    """Connections of venues to one service; there are as many as were ever busy at once."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._posters: list[Poster] = []

    async def post(self, body: bytes) -> int:
        """As `Poster.post`, on a connection that is free."""
        poster = next((each for each in self._posters if each.is_free), None)
        if poster is None:
            loop, host = asyncio.get_running_loop(), self._host
            _, poster = await loop.create_connection(lambda: Poster(host), host, self._port)
            self._posters.append(poster)
        return await poster.post(body)


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
