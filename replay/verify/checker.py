"""A subscriber's log against the stream: two iterators in, findings by name out. Nothing here opens anything."""

from collections.abc import Iterable, Iterator

import msgspec

from replay.verify.delivered import Delivered
from replay.verify.findings import Finding, Findings, Name
from replay.verify.following import Following
from replay.verify.scan import Scan, VerifyError
from replay.verify.snapshot import Snapshot
from replay.verify.survey import parts
from replay.verify.wish import Wish
from schemas.control import Control, Heartbeat, Hello, ReplayEnd, SnapshotEnd

_QUOTED = 80  # characters of an unreadable line


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the subscriber asked for, and of which stream: its epoch, flag and newest sequence.

    The log begins behind `after`, or with the snapshot that its `snapshot_end` ends (`snapshot_at` where no frame
    tells), and holds everything up to `until`, or else up to its own last message or promise.
    """

    wish: Wish
    epoch: str
    flag: str
    tip: int
    after: int
    has_snapshot: bool = False
    snapshot_at: int | None = None
    until: int | None = None


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome: `counts` of findings by name, the first of each name in `findings`, what else to know in `notes`."""

    epoch: str
    first: int
    last: int
    messages: int
    counts: dict[str, int]
    findings: list[Finding]
    notes: list[str]

    @property
    def is_right(self) -> bool:
        return not self.counts


def verify(lines: Iterable[bytes], stream: Iterator[Delivered], asked: Asked) -> Verified:
    """Compare the lines of a log with the messages of the stream behind `asked.after`, up to its tip.

    Raises VerifyError when the service's own log goes back.
    """
    checker = _Checker(stream, asked)
    for part in parts(lines, asked.snapshot_at):
        checker.take(part)
    return checker.finished()


class _Checker:
    def __init__(self, stream: Iterator[Delivered], asked: Asked) -> None:
        self._asked = asked
        self._findings = Findings()
        self._notes: list[str] = []
        self._scan = Scan(stream, asked.after, asked.wish, self._findings)
        self._snapshot = Snapshot(asked.wish, self._findings) if asked.has_snapshot else None
        self._following: Following | None = None if asked.has_snapshot else self._follow(asked.after)
        self._messages = 0
        self._torn: bytes | None = None

    def take(self, part: Delivered | Control | bytes) -> None:
        if self._torn is not None:
            self._findings.add(Name.UNREADABLE, 0, "", _quoted(self._torn))
            self._torn = None
        if isinstance(part, bytes):
            self._torn = part
        elif isinstance(part, Delivered):
            self._messages += 1
            if self._following is not None:
                self._following.take(part)
            elif self._snapshot is not None:
                self._snapshot.take(part)
        else:
            self._control(part)

    def finished(self) -> Verified:
        if self._torn is not None and self._torn.endswith(b"\n"):
            self._findings.add(Name.UNREADABLE, 0, "", _quoted(self._torn))
        elif self._torn is not None:
            self._notes.append("the last line is cut off and was left out")
        if self._following is None:
            raise VerifyError("the log ends inside its snapshot, nothing can be told")
        self._following.finish(self._asked.until)
        return Verified(
            epoch=self._asked.epoch,
            first=self._first,
            last=self._following.newest,
            messages=self._messages,
            counts={str(name): count for name, count in sorted(self._findings.counts.items())},
            findings=self._findings.shown,
            notes=self._notes,
        )

    def _follow(self, start: int) -> Following:
        covered = self._snapshot.seqs if self._snapshot else ()
        self._first = start
        return Following(self._scan, start, self._asked.tip, self._findings, covered)

    def _control(self, frame: Control) -> None:
        cursor = getattr(frame, "cursor", None)
        epoch = frame.epoch if isinstance(frame, Hello) else (cursor or "").rpartition(":")[0]
        if epoch and epoch != self._asked.epoch:
            detail = f"{frame.__struct_config__.tag} names {epoch}, the stream's is {self._asked.epoch}"
            self._findings.add(Name.WRONG_EPOCH, getattr(frame, "seq", 0), "", detail)
        if isinstance(frame, Hello):
            if frame.flag != self._asked.flag:
                self._findings.add(Name.WRONG_FLAG, 0, "", f"{frame.flag} in the place of {self._asked.flag}")
            if frame.cursor is None and self._snapshot is not None:
                self._snapshot.again()
        elif isinstance(frame, SnapshotEnd) and self._snapshot is not None:
            self._snapshot.close(frame.seq, self._scan)
            self._following = self._follow(frame.seq)
        elif isinstance(frame, Heartbeat | ReplayEnd) and self._following is not None:
            self._following.promise(frame.seq)


def _quoted(line: bytes) -> str:
    return line.decode(errors="replace").strip()[:_QUOTED]
