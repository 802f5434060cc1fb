"""What a subscriber of a load run got, beside what it should have got: nothing lost, doubled, altered or out of order.

Where all is right, arrays are compared and that is all; what differs is named by compare.py.
"""

from array import array
from collections.abc import Iterable, Sequence

import msgspec

from replay.load.compare import Comparison
from replay.load.expect import Life, lives
from replay.load.index import Index, state_hash
from replay.load.received import Received, Stretch
from replay.load.subscription import Manner, Subscription
from replay.verify.findings import Finding, Findings, Name
from replay.verify.wish import Wish

_BEHIND = frozenset({Manner.SLOW, Manner.STALL})  # they may end anywhere, with a prefix that has no gap


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for one subscriber: how much it should have got and got, and `counts` of findings by name.

    `state` is the hash of what it holds in the end, `state_is_right` whether that is the stream's at that place.
    `is_whole` is whether it has all up to the run's end, which of slow and stalled ones nobody asks.
    """

    number: int
    tier: str
    expected: int
    received: int
    counts: dict[str, int]
    findings: list[Finding]
    state: str
    state_is_right: bool
    is_whole: bool


def check(
    subscription: Subscription, stretches: Sequence[Stretch], index: Index, epoch: str, flag: str, until: int
) -> Checked:
    """Judge one subscriber. Everything up to the sequence `until` is owed to it.

    Unless it is slow or stalled, or left before the end (`until` 0): it has a prefix then.
    """
    judge = _Judge(subscription, index, until)
    for stretch in stretches:
        judge.frames(stretch, epoch, flag)
    found = lives(stretches, has_snapshot=subscription.snapshot) or [Life(0)]
    for life in found:
        judge.follow(life, is_last=life is found[-1])
    return judge.checked()


class _Judge:
    def __init__(self, subscription: Subscription, index: Index, until: int) -> None:
        self._subscription = subscription
        self._index = index
        self._until = until
        self._wish = Wish(subscription.filters, subscription.kinds)
        self._findings = Findings()
        self._comparison = Comparison(index, self._wish, self._findings)
        self._expected = self._received = 0
        self._state, self._is_right = "", True
        self._reached = 0

    def frames(self, stretch: Stretch, epoch: str, flag: str) -> None:
        """What the arrays do not hold."""
        if stretch.epoch and stretch.epoch != epoch:
            self._findings.add(Name.WRONG_EPOCH, 0, "", f"{stretch.epoch} in the place of {epoch}")
        if stretch.flag and stretch.flag != flag:
            self._findings.add(Name.WRONG_FLAG, 0, "", f"{stretch.flag} in the place of {flag}")
        for _ in range(stretch.late):
            self._findings.add(Name.BROKEN_PROMISE, 0, "", f"on the connection that promised {stretch.promised}")
        for _ in range(stretch.unreadable):
            self._findings.add(Name.UNREADABLE, 0, "")

    def follow(self, life: Life, *, is_last: bool) -> None:
        """Judge what came from one opening on."""
        self._received += life.received
        if life.is_cut and (self._may_end_early or not is_last):
            self._reached = 0
            self._beginning(life)
            return
        self._reached = last = self._end(life, is_last=is_last)
        fold = self._fold(life)
        behind = self._index.span(self._wish, life.start, last)
        self._expected += len(fold) + len(behind)
        is_right = self._snapshot(life, fold) & self._messages(life, behind, last)
        if is_last:
            begin = life.start if life.snapshot is None else 0
            right = self._index.state(self._wish, begin, last)
            self._state = right if is_right else self._held(life)
            self._is_right = self._state == right

    def checked(self) -> Checked:
        """The outcome."""
        counts = self._findings.counts
        is_short = counts[Name.MISSING] or counts[Name.INCOMPLETE_SNAPSHOT]
        return Checked(
            number=self._subscription.number,
            tier=self._subscription.tier,
            expected=self._expected,
            received=self._received,
            counts={str(name): count for name, count in sorted(counts.items()) if count},
            findings=self._findings.shown,
            state=self._state,
            state_is_right=self._is_right,
            is_whole=not is_short and not self._index.span(self._wish, self._reached, self._until),
        )

    @property
    def _may_end_early(self) -> bool:
        return self._subscription.manner in _BEHIND or not self._until

    def _end(self, life: Life, *, is_last: bool) -> int:
        """Where a life ends: with its last message or promise, or where the run does if that is later."""
        newest = (self._newest(each.messages) for each in life.stretches)
        owed = self._until if is_last and not self._may_end_early else 0
        return max([life.start, min(life.promised, self._index.tip), owed, *newest])

    def _newest(self, got: Received) -> int:
        """The highest sequence that is one of its own at all."""
        highest = max(got.seqs, default=0)
        return highest if not highest or self._is_own(highest) else max(filter(self._is_own, got.seqs), default=0)

    def _is_own(self, seq: int) -> bool:
        position = self._index.position(seq)
        return position is not None and self._wish.wants(self._index.topic(position))

    def _fold(self, life: Life) -> "array[int]":
        if life.snapshot is None:
            return array("I")
        return self._index.living(self._index.span(self._wish, 0, life.start))

    def _snapshot(self, life: Life, fold: "array[int]") -> bool:
        if life.snapshot is None or _are_equal(self._index, fold, [life.snapshot]):
            return True
        self._comparison.snapshot(life.snapshot, life.start)
        return False

    def _beginning(self, life: Life) -> None:
        """What came of a snapshot that broke off is the first of it, without a gap."""
        got = life.snapshot or Received()
        first = self._fold(life)[: len(got)]
        self._expected += len(first)
        if not _are_equal(self._index, first, [got]):
            self._comparison.snapshot(got, life.start, is_whole=False)

    def _messages(self, life: Life, behind: "array[int]", last: int) -> bool:
        parts = [each.messages for each in life.stretches]
        if _are_equal(self._index, behind, parts) and life.is_in_step:
            return True
        covered = frozenset(life.snapshot.seqs if life.snapshot else ())
        self._comparison.messages(life.stretches, life.start, last, covered)
        return False

    def _held(self, life: Life) -> str:
        """The hash of what a subscriber holds who takes each message as it comes."""
        held: dict[str, int] = {}
        parts = [life.snapshot or Received(), *(each.messages for each in life.stretches)]
        for part in parts:
            for seq, mark in zip(part.seqs, part.marks, strict=True):
                position = self._index.position(seq)
                topic = f"? {seq}" if position is None else self._index.topic(position)
                if position is not None and self._index.tombstones[position]:
                    held.pop(topic, None)
                else:
                    held[topic] = mark
        return state_hash(held.items())


def _are_equal(index: Index, positions: "array[int]", parts: Iterable[Received]) -> bool:
    """Whether the parts, one after another, are these messages, byte by byte."""
    at = 0
    for part in parts:
        of_part = positions[at : at + len(part)]
        at += len(part)
        if array("Q", map(index.seqs.__getitem__, of_part)) != part.seqs:
            return False
        if array("I", map(index.marks.__getitem__, of_part)) != part.marks:
            return False
    return at == len(positions)
