"""Makes a capture of documents that come almost in the order of `recv`, and takes a recording up where it ended."""

import hashlib
import heapq
from collections import Counter
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from replay.capture import Captured, CaptureWriter, read_capture

HOLD_MICROS: Final = 60_000_000  # a document is stored within this time after its receipt
HOLD_BYTES: Final = 64 << 20  # of documents held back


class Recording:
    """Holds documents back until none can come before them. `documents` were written, `known` were there already.

    One that comes later still is written where the file is then, with the `recv` of that place: `moved` counts these.
    """

    def __init__(self, path: Path) -> None:
        self.writer = CaptureWriter(path)
        self.documents = self.known = self.moved = 0
        self.start: int | None = None  # documents before this are in the file
        self._held: list[tuple[int, int, Captured]] = []
        self._held_bytes = self._number = 0
        self._last = self.writer.last
        self._there: Counter[bytes] = Counter()
        if self._last is not None:
            self.start = self._last - HOLD_MICROS
            self._there.update(map(_digest, read_capture(path, self.start)))

    def add(self, captured: Captured) -> None:
        """Take a document; raises CaptureError when the file cannot be written."""
        if self.start is not None:
            digest = _digest(captured)
            if captured.recv < self.start or self._there[digest]:
                self._there[digest] -= captured.recv >= self.start
                self.known += 1
                return
        heapq.heappush(self._held, (captured.recv, self._number, captured))
        self._number += 1
        self._held_bytes += len(captured.data)
        self.settle(captured.recv - HOLD_MICROS)
        while self._held_bytes > HOLD_BYTES:
            self._write_first()

    def settle(self, moment: int) -> None:
        """Write what was received before a moment: nothing older comes any more."""
        while self._held and self._held[0][0] < moment:
            self._write_first()

    def close(self) -> None:
        """Write all that is held."""
        try:
            while self._held:
                self._write_first()
        finally:
            self.writer.close()

    def _write_first(self) -> None:
        recv, _, captured = heapq.heappop(self._held)
        self._held_bytes -= len(captured.data)
        if self._last is not None and recv < self._last:
            captured = replace(captured, recv=self._last)
            self.moved += 1
        self._last = captured.recv
        self.writer.append(captured)
        self.documents += 1


def _digest(captured: Captured) -> bytes:
    texts = f"{captured.source}\0{captured.format}\0{captured.encoding}\0"
    return hashlib.sha256(texts.encode() + captured.data).digest()
