r"""What the subscribers of one fleet got: an append-only binary file, written as it happens, read after the run.

All numbers are in the machine's own byte order: the moments, `time.monotonic()` in seconds, mean nothing on another
machine either. The file begins with the 8 bytes `FLEETJ1\n`. Blocks follow, each of

    size      4 bytes, unsigned: of what follows `kind`
    number    4 bytes, unsigned: the subscriber
    kind      1 byte

and then by kind

    1 OPENED        opened (double), after (8 bytes, signed; -1: none). A stretch begins.
    2 HELLO         tip (8 bytes, unsigned), flag (1 byte of ASCII, 0 where none was told), epoch (UTF-8, the rest)
    3 SNAPSHOT      n messages of a snapshot: n sequences of 8 bytes, n moments (double), n marks of 4 bytes
    4 SNAPSHOT_END  seq (8 bytes, unsigned)
    5 MESSAGES      n messages behind a cursor or a snapshot, as in 3
    6 CLOSED        closed (double), promised (8 bytes, unsigned), late (4 bytes, unsigned),
                    unreadable (4 bytes, unsigned), code (2 bytes, unsigned), reason (UTF-8, the rest).
                    The stretch ends.

Blocks of several subscribers are mixed, those of one are in the order of what happened. A subscriber's messages are
kept in memory until there are 64 of them or something else happens to it. A file whose writer was killed ends anywhere:
what is left of its last block is passed over, and stretches that were open count as broken there.
"""

import mmap
import struct
from array import array
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from feed.errors import FeedError
from replay.load.received import Received, Stretch

MARK: Final = b"FLEETJ1\n"
_BATCH: Final = 64
_BUFFER_BYTES: Final = 1 << 20
_UNTOLD: Final = b"\0"
_HEAD: Final = struct.Struct("=IIB")
_OPEN: Final = struct.Struct("=dq")
_SEQ: Final = struct.Struct("=Q")
_TOLD: Final = struct.Struct("=Qc")
_CLOSE: Final = struct.Struct("=dQIIH")


class _Kind(IntEnum):
    OPENED = 1
    HELLO = 2
    SNAPSHOT = 3
    SNAPSHOT_END = 4
    MESSAGES = 5
    CLOSED = 6


class JournalError(FeedError):
    """A file is no journal, or a block of it is not what the format says."""


class JournalWriter:
    """Writes a new journal; a context."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=_BUFFER_BYTES)
        self._file.write(MARK)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def open(self, number: int, moment: float, after: int | None, *, in_snapshot: bool = False) -> "OpenStretch":
        """A new stretch of a subscriber, whose last one is closed; `in_snapshot`: a snapshot comes first."""
        self.write(number, _Kind.OPENED, _OPEN.pack(moment, -1 if after is None else after))
        return OpenStretch(self, number, in_snapshot=in_snapshot)

    def write(self, number: int, kind: _Kind, body: bytes) -> None:
        """One block."""
        self._file.write(_HEAD.pack(len(body), number, kind) + body)

    def flush(self) -> None:
        """Hand to the system what is in memory, but for the messages of open stretches."""
        self._file.flush()


class OpenStretch:
    """Where a stretch is written down as it happens; what it counts itself goes to the file when it is closed.

    `promised`, `late` and `unreadable` are as in Stretch.
    """

    __slots__ = ("_kind", "_number", "_pending", "_writer", "late", "promised", "unreadable")

    def __init__(self, writer: JournalWriter, number: int, *, in_snapshot: bool) -> None:
        self.promised = 0
        self.late = 0
        self.unreadable = 0
        self._writer = writer
        self._number = number
        self._kind = _Kind.SNAPSHOT if in_snapshot else _Kind.MESSAGES
        self._pending = Received()

    def hello(self, epoch: str, tip: int, flag: str = "") -> None:
        self._writer.write(self._number, _Kind.HELLO, _TOLD.pack(tip, flag.encode() or _UNTOLD) + epoch.encode())

    def message(self, seq: int, moment: float, mark: int) -> None:
        """A whole message; one of the snapshot until that has ended."""
        if seq <= self.promised:
            self.late += 1
        self._pending.add(seq, moment, mark)
        if len(self._pending.seqs) >= _BATCH:
            self._empty()

    def snapshot_end(self, seq: int) -> None:
        self._empty()
        self._kind = _Kind.MESSAGES
        self._writer.write(self._number, _Kind.SNAPSHOT_END, _SEQ.pack(seq))

    def close(self, moment: float, code: int, reason: str) -> None:
        self._empty()
        body = _CLOSE.pack(moment, self.promised, self.late, self.unreadable, code) + reason.encode()
        self._writer.write(self._number, _Kind.CLOSED, body)

    def _empty(self) -> None:
        if self._pending:
            self._writer.write(self._number, self._kind, self._pending.to_bytes())
            self._pending = Received()


def read_journal(path: Path) -> Iterator[tuple[int, list[Stretch]]]:
    """Each subscriber that ever connected with its stretches in order, by number; one at a time is in memory.

    Raises JournalError for what is no journal.
    """
    with path.open("rb") as file:
        if file.read(len(MARK)) != MARK:
            raise JournalError(f"{path.name} is no journal of a fleet")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held, memoryview(held) as view:
            for number, places in sorted(_places(view).items()):
                yield number, _stretches(view, places)


def _places(view: memoryview) -> "dict[int, array[int]]":
    """Where the blocks of each subscriber begin; a block that is not whole, the file's last, is none."""
    places: dict[int, array[int]] = {}
    at = len(MARK)
    while at + _HEAD.size <= len(view):
        size, number, _ = _HEAD.unpack_from(view, at)
        end = at + _HEAD.size + size
        if end > len(view):
            break
        places.setdefault(number, array("Q")).append(at)
        at = end
    return places


def _stretches(view: memoryview, places: "array[int]") -> list[Stretch]:
    stretches: list[Stretch] = []
    for at in places:
        size, _, kind = _HEAD.unpack_from(view, at)
        with view[at + _HEAD.size : at + _HEAD.size + size] as body:
            if kind == _Kind.OPENED:
                opened, after = _OPEN.unpack(body)
                stretches.append(Stretch(opened, None if after < 0 else after))
            elif stretches:
                _add(stretches[-1], kind, body)
            else:
                raise JournalError(f"the block at {at} is of no stretch")
    return stretches


def _add(stretch: Stretch, kind: int, body: memoryview) -> None:
    match kind:
        case _Kind.HELLO:
            stretch.tip, flag = _TOLD.unpack_from(body)
            stretch.flag, stretch.epoch = flag.strip(_UNTOLD).decode(), str(body[_TOLD.size :], "utf-8")
        case _Kind.SNAPSHOT | _Kind.MESSAGES:
            received = stretch.snapshot if kind == _Kind.SNAPSHOT else stretch.messages
            received.extend(body)
            stretch.closed = received.moments[-1]
        case _Kind.SNAPSHOT_END:
            (stretch.snapshot_seq,) = _SEQ.unpack(body)
        case _Kind.CLOSED:
            stretch.closed, stretch.promised, stretch.late, stretch.unreadable, stretch.code = _CLOSE.unpack_from(body)
            stretch.reason = str(body[_CLOSE.size :], "utf-8")
        case _:
            raise JournalError(f"there is no block of kind {kind}")
