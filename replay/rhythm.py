"""How a capture goes: its busiest minute and second, the size of what is not a list, fields of play in use at once.

A field of play is in use from where the schedule says RUNNING of a unit on it to where it says what came after.
"""

import re
import zlib
from collections import Counter
from typing import Final, NamedTuple

from replay.blocks import Captured

LISTS: Final = ("DT_PARTIC", "DT_ENTRIES", "DT_SCHEDULE", "DT_CODES")  # long, and sent before anything happens
UPDATE: Final = "DT_SCHEDULE_UPDATE"
RESULT: Final = "DT_RESULT"
_CODE: Final = re.compile(rb'\bDocumentCode="([^"<]{34})"')
_UNIT: Final = re.compile(rb"<Unit\s([^>]*)>")
_ATTRIBUTE: Final = re.compile(rb'\b(Code|ScheduleStatus|Venue|Location)="([^"]*)"')
_SECOND, _MINUTE = 1_000_000, 60_000_000  # microseconds
_GZIP: Final = 31  # what zlib calls a stream with a gzip header
_LONGEST: Final = 32 * 1024 * 1024  # bytes of a document; the rest of a longer one is not looked at
_WHOLE: Final = ("--", "00")  # ends of the code of a unit that is not a part of another


class Peak(NamedTuple):
    """The most of a minute or second, and its first microsecond; 0 of nothing."""

    documents: int = 0
    at: int = 0


class Rhythm:
    """Counts documents in the order of their receipt."""

    def __init__(self) -> None:
        self.busiest_minute = self.busiest_second = Peak()
        self.documents = self.bytes = 0  # without lists
        self.longest = 0  # bytes of a document
        self.units: set[bytes] = set()  # of which there was a result
        self._minute = self._second = Peak(0, -1)
        self._running: dict[bytes, tuple[bytes, int]] = {}  # unit and minute by field of play
        self._in_use: Counter[int] = Counter()

    def add(self, captured: Captured, type_: str) -> None:
        """The next document."""
        self._minute = _next(self._minute, captured.recv, _MINUTE)
        self._second = _next(self._second, captured.recv, _SECOND)
        self.busiest_minute = max(self.busiest_minute, self._minute, key=_documents)
        self.busiest_second = max(self.busiest_second, self._second, key=_documents)
        self.longest = max(self.longest, len(captured.data))
        if not _is_list(type_):
            self.documents += 1
            self.bytes += len(captured.data)
        if type_ == RESULT and (found := _CODE.search(_text(captured, 1_024))):
            self.units.add(found[1])
        elif type_ == UPDATE:
            for unit in _UNIT.finditer(_text(captured, _LONGEST)):
                self._scheduled(dict(_ATTRIBUTE.findall(unit[1])), captured.recv // _MINUTE)

    @property
    def mean_bytes(self) -> int:
        """Of a document that is no list."""
        return self.bytes // self.documents if self.documents else 0

    @property
    def most_fields(self) -> int:
        """In use in one minute."""
        return max(self._in_use.values(), default=0)

    @property
    def median_fields(self) -> int:
        """In use in the middle one of the minutes in which any was."""
        counts = sorted(self._in_use.values())
        return counts[len(counts) // 2] if counts else 0

    def _scheduled(self, unit: dict[bytes, bytes], minute: int) -> None:
        code, field = unit.get(b"Code", b""), unit.get(b"Venue", b"") + b" " + unit.get(b"Location", b"")
        if code[-2:].decode("latin-1") not in _WHOLE:
            return
        if unit.get(b"ScheduleStatus") == b"RUNNING":
            self._running.setdefault(field, (code, minute))
        elif field in self._running and self._running[field][0] == code:
            _, since = self._running.pop(field)
            self._in_use.update(range(since, max(minute, since + 1)))


def _next(peak: Peak, recv: int, length: int) -> Peak:
    at = recv - recv % length
    return Peak(peak.documents + 1, at) if at == peak.at else Peak(1, at)


def _documents(peak: Peak) -> int:
    return peak.documents


def _is_list(type_: str) -> bool:
    return type_ in LISTS or type_.startswith("DT_PARTIC_")


def _text(captured: Captured, most: int) -> bytes:
    """So many bytes of a document, inflated; none of one that is damaged."""
    if captured.encoding != "gzip":
        return captured.data[:most]
    try:
        return zlib.decompressobj(_GZIP).decompress(captured.data, most)
    except zlib.error:
        return b""
