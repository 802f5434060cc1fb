"""The one log that every reader reads at its own pace: segments of 1,000 sequences.

The newest segment is always in memory; older ones are loaded from the stream when somebody needs them, shared, and
let go again, least recently read first. Sequences rise but are never taken for an index: a stream may have holes.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol

from feed.core.entry import Entry
from feed.errors import ContradictionError

SEGMENT_SEQS = 1_000
MEMORY_BYTES = 128 * 1024 * 1024


class Segment:
    """The entries of one block of sequences, in order; `bytes` is what they keep in memory."""

    __slots__ = ("bytes", "entries", "seqs")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: list[Entry] = []
        self.seqs: list[int] = []
        self.bytes = 0
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.seqs.append(entry.seq)
        self.bytes += entry.size

    def after(self, seq: int, limit: int) -> list[Entry]:
        start = bisect_right(self.seqs, seq)
        return self.entries[start : start + limit]


class AbsentError(LookupError):
    """A segment is not in memory: load the sequences from `first` on (SEGMENT_SEQS of them) and read again."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.first = number * SEGMENT_SEQS + 1


class Readable(Protocol):
    """What readers need of a log; see `Log`."""

    @property
    def tip(self) -> int: ...

    @property
    def floor(self) -> int: ...

    def held(self, seq: int) -> Entry | None: ...

    def read(self, after: int, limit: int) -> list[Entry]: ...


class Log:
    """Reads after a cursor; `tip` is the newest sequence, `floor` the oldest cursor that can still be read from."""

    def __init__(self, tip: int = 0, memory_bytes: int = MEMORY_BYTES, *, floor: int = 0) -> None:
        self.tip = tip
        self.floor = floor
        self._memory_bytes = memory_bytes
        self._bytes = 0
        self._segments: OrderedDict[int, Segment] = OrderedDict()
        # Last sequence of each segment that was let go: who stands behind it must not need it back to read on, or
        # with little memory it and the next one would push each other out for ever.
        self._ends: dict[int, int] = {}

    def append(self, entry: Entry) -> None:
        """Add the next message; raises ContradictionError when the stream goes backwards."""
        if entry.seq <= self.tip:
            raise ContradictionError(f"seq {entry.seq} came after {self.tip}")
        number = _number(entry.seq)
        segment = self._segments.get(number)
        if segment is None:
            if entry.seq != number * SEGMENT_SEQS + 1 and self.tip > number * SEGMENT_SEQS:
                raise ContradictionError(f"segment {number} is not loaded up to {self.tip}")
            segment = self._segments[number] = Segment()
        segment.add(entry)
        self._bytes += entry.size
        self.tip = entry.seq
        self._let_go()

    def load(self, number: int, entries: Iterable[Entry]) -> None:
        """Put an absent segment into memory, as far as the tip."""
        if number not in self._segments:
            segment = Segment(entry for entry in entries if entry.seq <= self.tip)
            self._segments[number] = segment
            self._bytes += segment.bytes
            self._let_go(keep=number)

    def held(self, seq: int) -> Entry | None:
        """The entry of a sequence if it is in memory; nobody's reading is moved by it."""
        segment = self._segments.get(_number(seq))
        place = bisect_right(segment.seqs, seq - 1) if segment is not None else 0
        if segment is None or place == len(segment.seqs) or segment.seqs[place] != seq:
            return None
        return segment.entries[place]

    def read(self, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries that follow `after`, from one segment; empty only at the tip.

        Raises AbsentError when their segment has to be loaded first.
        """
        while after < self.tip:
            number = _number(after + 1)
            segment = self._segments.get(number)
            if segment is not None:
                self._segments.move_to_end(number)
                found = segment.after(after, limit)
                if found:
                    return found
            elif after < self._ends.get(number, self.tip):
                raise AbsentError(number)
            after = (number + 1) * SEGMENT_SEQS
        return []

    def _let_go(self, keep: int = -1) -> None:
        newest = _number(self.tip)
        while self._bytes > self._memory_bytes:
            number = next((n for n in self._segments if n not in {newest, keep}), None)
            if number is None:
                return
            segment = self._segments.pop(number)
            self._bytes -= segment.bytes
            self._ends[number] = segment.seqs[-1] if segment.seqs else number * SEGMENT_SEQS


def _number(seq: int) -> int:
    return (seq - 1) // SEGMENT_SEQS
