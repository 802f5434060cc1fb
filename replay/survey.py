"""What is in a capture: counted without keeping it in memory."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from replay.blocks import Block, Captured, Lost
from replay.capture import blocks
from replay.rhythm import Rhythm

HEAD_BYTES: Final = 4096  # of a document; its type stands in its root element
_TYPE: Final = re.compile(rb"""\bDocumentType\s*=\s*["']([^"'<]{1,40})["']""")
_EARLIEST, _LATEST = -62_135_596_800_000_000, 253_402_300_799_999_999  # microseconds of the years 1 and 9999
_GZIP: Final = 31  # what zlib calls a stream with a gzip header


class Extent:
    """What the headers of a capture tell: documents, first and last `recv`, bytes with and without compression."""

    def __init__(self, path: Path) -> None:
        self.documents = self.blocks = self.stored = self.raw = 0
        self.first: int | None = None
        self.last: int | None = None
        self.lost: list[Lost] = []
        for block in blocks(path):
            if isinstance(block, Lost):
                self.lost.append(block)
            else:
                self._add(block)

    def _add(self, block: Block) -> None:
        self.blocks += 1
        self.documents += block.documents
        self.stored += block.stored
        self.raw += block.raw
        self.first = block.first if self.first is None else self.first
        self.last = block.last


class Counts:
    """Documents by source, type (the format where there is none), origin and hour, their bytes and their rhythm."""

    def __init__(self) -> None:
        self.sources: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.origins: Counter[str] = Counter()
        self.hours: Counter[str] = Counter()
        self.rhythm = Rhythm()
        self.documents = self.bytes = 0

    def over(self, documents: Iterable[Captured]) -> Iterator[Captured]:
        """Count documents as they pass."""
        for captured in documents:
            self.documents += 1
            self.bytes += len(captured.data)
            self.sources[captured.source] += 1
            type_ = type_of(captured)
            self.types[type_] += 1
            self.rhythm.add(captured, type_)
            self.origins[captured.origin] += 1
            self.hours[f"{moment(captured.recv)[:13]}Z"] += 1
            yield captured


def type_of(captured: Captured) -> str:
    """The DocumentType of an ODF document; the format of any other."""
    head = captured.data[:HEAD_BYTES]
    if captured.encoding == "gzip":
        try:
            head = zlib.decompressobj(_GZIP).decompress(head, HEAD_BYTES)
        except zlib.error:
            return captured.format
    found = _TYPE.search(head)
    return found[1].decode("utf-8", "replace") if found else captured.format


def moment(recv: int) -> str:
    """Microseconds as a person reads them, in UTC; those that no calendar has are the nearest that it has."""
    seconds, micros = divmod(min(max(recv, _EARLIEST), _LATEST), 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}.{micros:06d}Z"
