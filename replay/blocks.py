"""The bytes of a capture file: its mark, the blocks behind it, and how they are found again. docs/captures.md.

A file is MARK and then blocks; a block is a fixed header and documents compressed together. Whoever looks for a
window of time hops from header to header and reads nothing else.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple
from zlib import crc32

import msgspec
import zstandard

from feed.errors import FeedError

VERSION: Final = 1
NAME: Final = b"FEEDCAP"
MARK: Final = NAME + bytes([VERSION])
BLOCK_MARK: Final = b"CBLK"
MAX_DOCUMENT: Final = 64 << 20  # bytes: twice what the service takes at most
MAX_BLOCK: Final = 128 << 20  # bytes unpacked; nothing larger is written, so nothing larger is believed
_LEVEL: Final = 3
_SEARCH: Final = 1 << 20  # bytes looked through at once
_HEADER: Final = struct.Struct("<4sIqqIIII")  # mark, checksum of what follows, first, last, count, stored, raw, crc
_SEALED: Final = 8  # where the part of the header begins that its checksum covers
_DOCUMENT: Final = struct.Struct("<qIHBBB")  # recv, then the sizes of data, source, format, encoding, origin
HEADER_SIZE: Final = _HEADER.size


class Captured(msgspec.Struct, frozen=True):
    """One document as it arrived: `recv` in microseconds UTC, `data` as it came (`encoding` "" or "gzip").

    `source` is who sent it, "" where unknown; `format` as in POST /ingest/<format>; `origin` is recorded, imported or
    synthesised.
    """

    recv: int
    source: str
    format: str
    encoding: str
    data: bytes
    origin: str = "recorded"


class CaptureError(FeedError):
    """A capture cannot be read or written."""


class NotACaptureError(CaptureError):
    """The file does not begin as a capture does."""


class NewerCaptureError(CaptureError):
    """The file was written by a later version of this program."""


class CaptureOrderError(CaptureError):
    """A document is older than one that is already in the file: a capture only grows at its end."""


class DamagedCaptureError(CaptureError):
    """A block in the middle of a file is not what was written; the detail tells what is lost."""


class Block(NamedTuple):
    """A block's header: where it begins, `recv` of its first and last document, how many, and sizes."""

    offset: int
    first: int
    last: int
    documents: int
    stored: int
    raw: int
    checksum: int

    @property
    def end(self) -> int:
        return self.offset + HEADER_SIZE + self.stored


class Lost(NamedTuple):
    """Bytes of a file that cannot be read; `block` where its header is whole, `is_tail` where nothing follows."""

    offset: int
    end: int
    block: Block | None
    is_tail: bool

    def __str__(self) -> str:
        what = f"documents lost: {self.block.documents}" if self.block else "how many documents is not known"
        kind = "a torn block at the end" if self.is_tail else "a damaged block"
        return f"{kind} at offset {self.offset}: {self.end - self.offset} bytes, {what}"


def encode(document: Captured) -> bytes:
    """A document as it stands in a block; raises CaptureError for what does not fit."""
    hint = f"Data of {MAX_DOCUMENT:,} bytes and texts of 65,535 and 255 bytes are the most."
    if len(document.data) > MAX_DOCUMENT:
        raise CaptureError(f"a document of {len(document.data):,} bytes does not fit into a capture", hint=hint)
    try:
        texts = [text.encode() for text in (document.source, document.format, document.encoding, document.origin)]
        return b"".join((_DOCUMENT.pack(document.recv, len(document.data), *map(len, texts)), *texts, document.data))
    except (struct.error, UnicodeEncodeError) as error:
        raise CaptureError(
            f"a document of {document.source!r} does not fit into a capture: {error}", hint=hint
        ) from error


def pack(documents: list[tuple[int, bytes]]) -> bytes:
    """One block of (recv, encoded document) in the order of `recv`, header and all."""
    raw = b"".join(encoded for _, encoded in documents)
    stored = zstandard.ZstdCompressor(level=_LEVEL).compress(raw)
    sizes = (len(documents), len(stored), len(raw), crc32(stored))
    sealed = _HEADER.pack(BLOCK_MARK, 0, documents[0][0], documents[-1][0], *sizes)[_SEALED:]
    return BLOCK_MARK + struct.pack("<I", crc32(sealed)) + sealed + stored


def unpack(file: BinaryIO, block: Block) -> list[Captured] | None:
    """The documents of a block, or None when it is not what was written."""
    file.seek(block.offset + HEADER_SIZE)
    stored = file.read(block.stored)
    if len(stored) != block.stored or crc32(stored) != block.checksum:
        return None
    try:
        if zstandard.frame_content_size(stored) != block.raw:
            return None
        return _decode(zstandard.ZstdDecompressor().decompress(stored))
    except (zstandard.ZstdError, struct.error, UnicodeDecodeError):
        return None


def _decode(raw: bytes) -> list[Captured]:
    documents = []
    at = 0
    while at < len(raw):
        recv, data_size, *sizes = _DOCUMENT.unpack_from(raw, at)
        at += _DOCUMENT.size
        texts = []
        for size in sizes:
            texts.append(raw[at : at + size].decode())
            at += size
        source, format_, encoding, origin = texts
        documents.append(Captured(recv, source, format_, encoding, raw[at : at + data_size], origin))
        at += data_size
    return documents


def check_mark(file: BinaryIO, path: object) -> None:
    """Raise NotACaptureError or NewerCaptureError; a file cut off inside its mark is an empty capture."""
    file.seek(0)
    begin = file.read(len(MARK))
    if begin == MARK[: len(begin)]:
        return
    if len(begin) == len(MARK) and begin.startswith(NAME):
        detail = f"{path} is a capture of version {begin[-1]}; this program reads version {VERSION}"
        raise NewerCaptureError(detail, hint="Update this program: pip install --upgrade olympic-results-feed.")
    raise NotACaptureError(f"{path} is not a capture", hint="`feed capture record` and `feed import` write captures.")


def scan(file: BinaryIO, size: int) -> Iterator[Block | Lost]:
    """Every block's header of the first `size` bytes in order, and where there is none what is lost there."""
    offset = len(MARK)
    while offset < size:
        block = _header(file, offset)
        if block is not None and block.end <= size:
            yield block
            offset = block.end
            continue
        found = _search(file, offset + 1, size)
        yield Lost(offset, size if found is None else found, block, is_tail=found is None)
        if found is None:
            return
        offset = found


def _header(file: BinaryIO, offset: int) -> Block | None:
    file.seek(offset)
    header = file.read(HEADER_SIZE)
    if len(header) != HEADER_SIZE:
        return None
    mark, seal, *fields = _HEADER.unpack(header)
    if mark != BLOCK_MARK or seal != crc32(header[_SEALED:]):
        return None
    block = Block(offset, *fields)
    return block if block.raw <= MAX_BLOCK else None


def _search(file: BinaryIO, offset: int, size: int) -> int | None:
    """Where the next whole block begins."""
    while offset < size:
        file.seek(offset)
        chunk = file.read(_SEARCH + len(BLOCK_MARK) - 1)
        at = chunk.find(BLOCK_MARK)
        while at >= 0:
            block = _header(file, offset + at)
            if block is not None and block.end <= size:
                return block.offset
            at = chunk.find(BLOCK_MARK, at + 1)
        offset += _SEARCH
    return None
