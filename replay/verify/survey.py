"""A first look at a log: where it begins, and whether with a snapshot. Raises VerifyError for what is several logs."""

from collections.abc import Iterable, Iterator

import msgspec

from replay.verify.delivered import Delivered, read_line
from replay.verify.scan import VerifyError
from schemas.control import Control, Filtered, Hello, Skipped, SnapshotEnd


class Survey(msgspec.Struct, frozen=True):
    """`after` is the sequence behind which the stream has to be read; 0 for a log with a snapshot."""

    messages: int
    after: int
    has_snapshot: bool


def parts(lines: Iterable[bytes], snapshot_at: int | None) -> Iterator[Delivered | Control | bytes]:
    """The lines read; those that cannot be as bytes. Empty ones are passed over.

    With `snapshot_at` a frame that ends the snapshot is put in before the first message above it.
    """
    for raw in lines:
        if not raw.strip():
            continue
        part = read_line(raw)
        if snapshot_at is not None and isinstance(part, Delivered) and part.seq > snapshot_at:
            yield _end(snapshot_at)
            snapshot_at = None
        yield raw if part is None else part
    if snapshot_at is not None:
        yield _end(snapshot_at)


def survey(lines: Iterable[bytes], snapshot_at: int | None = None) -> Survey:
    """Read a log through once."""
    look = _Look()
    for part in parts(lines, snapshot_at):
        if isinstance(part, Delivered):
            look.messages += 1
            look.lowest = min(look.lowest or part.seq, part.seq)
        elif not isinstance(part, bytes):
            look.control(part)
    if look.is_open and not look.is_closed:
        hint = "Such a log is worth nothing to a subscriber either: it asks for the snapshot again."
        raise VerifyError("the log ends inside its snapshot, nothing can be told", hint=hint)
    if look.is_closed:
        return Survey(look.messages, 0, has_snapshot=True)
    after = max(look.lowest - 1, 0) if look.start is None else look.start
    return Survey(look.messages, after, has_snapshot=False)


class _Look:
    """What was seen so far: `start` is where the first connection began, `lowest` the lowest sequence."""

    def __init__(self) -> None:
        self.messages = self.lowest = 0
        self.start: int | None = None
        self.is_open = self.is_closed = False

    def control(self, frame: Control) -> None:
        """Raises VerifyError where another log begins."""
        if isinstance(frame, Filtered):
            raise _several("the filter was changed on the way")
        if isinstance(frame, Skipped):
            raise VerifyError("messages were left out of it by wish (conflate=1)", hint="Read it without.")
        if isinstance(frame, SnapshotEnd):
            if self.is_closed:
                raise _several("it holds two ends of a snapshot")
            self.is_closed = True
        elif isinstance(frame, Hello) and frame.cursor is None:
            if self.is_closed or (self.messages and not self.is_open):
                raise _several("a snapshot begins in the middle")
            self.is_open = True
        elif isinstance(frame, Hello) and not self.messages and self.start is None:
            self.start = seq_of(frame.cursor or "")


def seq_of(cursor: str) -> int:
    """The sequence in a cursor of a control frame, 0 for what is no cursor."""
    text = cursor.rpartition(":")[2]
    return int(text) if text.isdecimal() else 0


def _several(what: str) -> VerifyError:
    return VerifyError(f"this is more than one log: {what}", hint="Cut the file there and verify each part.")


def _end(seq: int) -> SnapshotEnd:
    return SnapshotEnd(seq=seq, cursor="")
