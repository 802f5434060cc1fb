"""Captures: what arrived when, from whom, in one file that only grows. The bytes are told in docs/captures.md.

A capture is in the order of `recv` from its first document to its last, equal ones in the order they were appended.
"""

import contextlib
import fcntl
import logging
import os
import stat
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from replay.blocks import (
    MARK,
    MAX_BLOCK,
    Block,
    Captured,
    CaptureError,
    CaptureOrderError,
    DamagedCaptureError,
    Lost,
    NewerCaptureError,
    NotACaptureError,
    check_mark,
    encode,
    pack,
    scan,
    unpack,
)

__all__ = [
    "CaptureError",
    "CaptureOrderError",
    "CaptureWriter",
    "Captured",
    "DamagedCaptureError",
    "Lost",
    "NewerCaptureError",
    "NotACaptureError",
    "blocks",
    "read_capture",
]
BLOCK_BYTES: Final = 4 << 20  # a block is written when it holds this much
_log = logging.getLogger(__name__)


def read_capture(
    path: Path,
    start: int | None = None,
    end: int | None = None,
    lost: Callable[[Lost], None] | None = None,
) -> Iterator[Captured]:
    """Documents with start <= recv < end in the order of `recv`, a block in memory at a time.

    What cannot be read is handed to `lost` and passed over. Without it a torn end is logged, and damage before the
    end raises DamagedCaptureError. Raises CaptureError also where the file is none or of a later version.
    """
    tell = lost or _complain(path)
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        before: int | None = None
        for block in scan(file, size):
            if isinstance(block, Lost):
                tell(block)
                continue
            if end is not None and block.first >= end:
                return
            if start is not None and block.last < start:
                before = block.last
                continue
            documents = unpack(file, block)
            if documents is None or (before is not None and block.first < before):
                tell(Lost(block.offset, block.end, block, is_tail=block.end == size))
                continue
            before = block.last
            for document in documents:
                if (start is None or document.recv >= start) and (end is None or document.recv < end):
                    yield document


def blocks(path: Path) -> Iterator[Block | Lost]:
    """The headers of a capture, and what is lost where there is none; documents are not read."""
    with _opened(path) as file:
        yield from scan(file, os.fstat(file.fileno()).st_size)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, checked to be a capture of a version that is known."""
    try:
        _check_file(path, path.stat().st_mode)
        file = path.open("rb")
    except OSError as error:
        raise CaptureError(f"{path} cannot be read: {error.strerror}", hint="Name a capture file.") from error
    with file:
        check_mark(file, path)
        yield file


def _check_file(path: Path, mode: int) -> None:
    """Raise CaptureError for a device or a pipe: blocks are found by their places."""
    if not stat.S_ISREG(mode):
        raise CaptureError(f"{path} is not a regular file", hint="Captures are kept in files on a disk; name one.")


def _complain(path: Path) -> Callable[[Lost], None]:
    def tell(lost: Lost) -> None:
        if not lost.is_tail:
            hint = f"What is whole can be had: feed capture cut {path} --salvage --out whole.capture"
            raise DamagedCaptureError(f"{path}: {lost}", hint=hint)
        _log.warning("%s: %s", path, lost)

    return tell


class CaptureWriter:
    """Appends to a capture, behind the last whole block of what is there. One writer a file.

    Documents are kept until a block is full, and sorted by `recv` in it; `flush` writes what there is. After a crash
    everything flushed is there. `torn` is what was found torn at the end of the file and is overwritten.
    Raises CaptureError when the file cannot be written, is no capture, or is being written by somebody else.
    """

    def __init__(self, path: Path) -> None:
        self.torn: Lost | None = None
        self.last: int | None = None  # recv of the newest document in the file
        self._path = path
        self._pending: list[tuple[int, bytes]] = []
        self._pending_bytes = 0
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise CaptureError(f"{path} cannot be written: {error.strerror}", hint="Choose another place.") from error
        with contextlib.ExitStack() as stack:
            self._file = stack.enter_context(os.fdopen(descriptor, "r+b", buffering=0))
            _check_file(path, os.fstat(descriptor).st_mode)
            self._lock()
            self._end = self._find_end()
            stack.pop_all()

    def append(self, captured: Captured) -> None:
        """Add a document. `recv` may go back among those not flushed yet, never behind the file's last block.

        Raises CaptureOrderError when it does, and CaptureError when it does not fit or the disk is full.
        """
        if self.last is not None and captured.recv < self.last:
            detail = f"{self._path}: a document of {captured.recv} comes after one of {self.last}"
            raise CaptureOrderError(detail, hint="Write it into a capture of its own and use `feed capture merge`.")
        encoded = encode(captured)
        if self._pending_bytes + len(encoded) > MAX_BLOCK:
            self.flush()
        self._pending.append((captured.recv, encoded))
        self._pending_bytes += len(encoded)
        if self._pending_bytes >= BLOCK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what was appended as a block; afterwards it survives the end of this program."""
        if not self._pending:
            return
        documents = sorted(self._pending, key=itemgetter(0))
        self._write(pack(documents))
        self.last = documents[-1][0]
        self._pending, self._pending_bytes = [], 0

    def close(self) -> None:
        """Write what is left and bring it to the disk."""
        if self._file.closed:
            return
        try:
            self.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._failed(error) from error
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            detail = f"{self._path} is being written by another program"
            raise CaptureError(detail, hint="Stop that one, or choose another file.") from error

    def _find_end(self) -> int:
        """Where the next block goes; `last` and `torn` are known afterwards."""
        check_mark(self._file, self._path)
        size = os.fstat(self._file.fileno()).st_size
        if size < len(MARK):
            self._end = 0
            self._write(MARK)
            return self._end
        end = len(MARK)
        before: Block | None = None
        newest: Block | None = None
        for block in scan(self._file, size):
            if isinstance(block, Lost):
                self.torn = block if block.is_tail else None
                end = block.offset if block.is_tail else block.end
            else:
                before, newest, end = newest, block, block.end
        if newest is not None and newest.end == size and unpack(self._file, newest) is None:
            self.torn = Lost(newest.offset, size, newest, is_tail=True)
            end, newest = newest.offset, before
        self.last = newest.last if newest else None
        if end < size:
            self._file.truncate(end)
        return end

    def _write(self, part: bytes) -> None:
        """Put bytes at the end; what was written of them before a failure is taken back."""
        view = memoryview(part)
        at = self._end
        try:
            while view:
                written = os.pwrite(self._file.fileno(), view, at)
                view, at = view[written:], at + written
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.truncate(self._end)
            raise self._failed(error) from error
        self._end = at

    def _failed(self, error: OSError) -> CaptureError:
        return CaptureError(f"{self._path}: {error.strerror}", hint="Everything before is whole.")
