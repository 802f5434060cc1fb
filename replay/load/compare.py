"""Names for what differs from the stream, in a snapshot and behind it: the slow path of the check."""

from collections.abc import Container, Iterator

from replay.load.index import Index
from replay.load.received import Received, Stretch
from replay.verify.findings import Findings, Name
from replay.verify.wish import Wish

_IN_SNAPSHOT = "in the snapshot"


class Comparison:
    """Of one subscriber, whose findings it collects."""

    def __init__(self, index: Index, wish: Wish, findings: Findings) -> None:
        self._index = index
        self._wish = wish
        self._findings = findings

    def snapshot(self, got: Received, seq: int, *, is_whole: bool = True) -> None:
        """A snapshot that says it is the state at a sequence; of one that broke off, what came of it."""
        end = seq if is_whole else max((each for each in got.seqs if each <= seq), default=0)
        newest = self._index.newest(self._index.span(self._wish, 0, seq))
        present: set[int] = set()
        for each, mark in self._once(got):
            position = self._index.position(each)
            if position is not None:
                present.add(self._index.topics[position])
            if each > seq:
                self._add(Name.AHEAD_OF_SNAPSHOT, each, f"the snapshot is of seq {seq}")
            elif position is None:
                self._add(Name.FOREIGN, each, _IN_SNAPSHOT)
            elif self._is_own(position, mark, _IN_SNAPSHOT):
                self._compare(position, mark, _IN_SNAPSHOT)
                self._judge(position, newest[self._index.topics[position]])
        for number, position in newest.items():
            is_due = self._index.seqs[position] <= end and not self._index.tombstones[position]
            if is_due and number not in present:
                self._add(Name.INCOMPLETE_SNAPSHOT, self._index.seqs[position], f"the snapshot is of seq {seq}")

    def messages(self, stretches: list[Stretch], start: int, last: int, covered: Container[int]) -> None:
        """What came behind `start`, where everything up to `last` is owed; `covered` are sequences of the snapshot."""
        given = bytearray(len(self._index))
        newest = start
        promised = 0
        for stretch in stretches:
            for seq, mark in zip(stretch.messages.seqs, stretch.messages.marks, strict=True):
                if seq <= start:
                    self._add(*self._before(seq, start, covered))
                elif (position := self._index.position(seq)) is None:
                    self._add(Name.FOREIGN, seq)
                elif not self._is_own(position, mark):
                    continue
                elif given[position]:
                    self._add(Name.DUPLICATED, seq)
                else:
                    given[position] = True
                    self._compare(position, mark)
                    self._place(seq, newest, promised)
                    newest = max(newest, seq)
            promised = max(promised, stretch.promised)
        for position in self._index.span(self._wish, start, last):
            if not given[position]:
                self._add(Name.MISSING, self._index.seqs[position])

    def _once(self, got: Received) -> Iterator[tuple[int, int]]:
        """Each message of a snapshot once, with its mark."""
        seen: set[int] = set()
        newest = 0
        for seq, mark in zip(got.seqs, got.marks, strict=True):
            if seq in seen:
                self._add(Name.DUPLICATED, seq, _IN_SNAPSHOT)
                continue
            if seq < newest:
                self._add(Name.OUT_OF_ORDER, seq, _IN_SNAPSHOT)
            seen.add(seq)
            newest = max(newest, seq)
            yield seq, mark

    def _is_own(self, position: int, mark: int, detail: str = "") -> bool:
        """Whether a message belongs to the subscriber under its number; altered it does."""
        topic = self._index.topic(position)
        other = None if mark == self._index.marks[position] else self._index.renumbered(position, mark)
        if other is not None and self._index.topics[other] != self._index.topics[position]:
            whose = self._index.topic(other)
            if self._wish.wants(whose) or self._wish.wants(topic):
                self._add(
                    Name.MISPLACED, self._index.seqs[position], f"it is seq {self._index.seqs[other]}, of {whose}"
                )
                return False
        if not self._wish.wants(topic):
            self._add(Name.LEAKED, self._index.seqs[position], detail)
            return False
        return True

    def _compare(self, position: int, mark: int, detail: str = "") -> None:
        if mark != self._index.marks[position]:
            self._add(Name.ALTERED, self._index.seqs[position], detail)

    def _judge(self, position: int, newest: int) -> None:
        """A message of a snapshot beside the newest of its topic by then."""
        seqs = self._index.seqs
        if self._index.tombstones[newest]:
            self._add(Name.AFTER_WITHDRAWAL, seqs[position], f"taken back by seq {seqs[newest]}")
        elif newest > position:
            self._add(Name.STALE_SNAPSHOT, seqs[position], f"seq {seqs[newest]} is newer")

    def _place(self, seq: int, newest: int, promised: int) -> None:
        if seq <= promised:
            self._add(Name.BROKEN_PROMISE, seq, f"{promised} was promised")
        elif seq < newest:
            self._add(Name.OUT_OF_ORDER, seq, f"after {newest}")

    def _before(self, seq: int, start: int, covered: Container[int]) -> tuple[Name, int, str]:
        if seq in covered:
            return Name.DUPLICATED, seq, "it was in the snapshot"
        return Name.EARLY, seq, f"not after {start}"

    def _add(self, name: Name, seq: int, detail: str = "") -> None:
        position = self._index.position(seq)
        self._findings.add(name, seq, "" if position is None else self._index.topic(position), detail)
