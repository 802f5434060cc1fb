"""The snapshot that a log begins with, beside the fold of the stream: the newest message of every living topic."""

from replay.verify.delivered import Delivered, Kept, late_difference
from replay.verify.findings import Findings, Name
from replay.verify.scan import Scan
from replay.verify.wish import Wish
from schemas.message import Op


class Snapshot:
    """Takes the messages of a snapshot; memory grows with topics, not with messages."""

    def __init__(self, wish: Wish, findings: Findings) -> None:
        self._wish = wish
        self._findings = findings
        self._held: dict[int, Kept] = {}
        self._newest = 0

    @property
    def seqs(self) -> frozenset[int]:
        """The sequences that it holds."""
        return frozenset(self._held)

    def again(self) -> None:
        """The connection was cut inside the snapshot, and it is sent anew."""
        self._held.clear()
        self._newest = 0

    def take(self, message: Delivered) -> None:
        """One message before `snapshot_end`."""
        if message.seq in self._held:
            self._findings.add(Name.DUPLICATED, message.seq, message.topic, "in the snapshot")
            return
        if message.seq < self._newest:
            self._findings.add(Name.OUT_OF_ORDER, message.seq, message.topic, "in the snapshot")
        self._newest = max(self._newest, message.seq)
        self._held[message.seq] = Kept.of(message)

    def close(self, seq: int, scan: Scan) -> None:
        """The snapshot is whole, and says it is the state at `seq`."""
        newest: dict[str, tuple[int, bool]] = {}
        found: set[int] = set()
        present: set[str] = set()
        for message in scan.up_to(seq):
            if self._wish.wants(message.topic):
                newest[message.topic] = message.seq, message.op is Op.PUT
            if (kept := self._held.get(message.seq)) is not None:
                found.add(message.seq)
                present.add(message.topic)
                self._compare(message, kept)
        for place, kept in self._held.items():
            present.add(kept.topic)
            if place > seq:
                detail = f"the snapshot is of seq {seq}"
                self._findings.add(Name.AHEAD_OF_SNAPSHOT, place, kept.topic, detail)
            elif place not in found:
                self._findings.add(Name.FOREIGN, place, kept.topic, "in the snapshot")
            elif kept.topic in newest:
                self._judge(place, kept.topic, *newest[kept.topic])
        for topic in sorted(newest.keys() - present):
            place, is_living = newest[topic]
            if is_living:
                self._findings.add(Name.INCOMPLETE_SNAPSHOT, place, topic, f"the snapshot is of seq {seq}")

    def _compare(self, message: Delivered, kept: Kept) -> None:
        if not self._wish.wants(message.topic):
            name = Name.MISPLACED if self._wish.wants(kept.topic) else Name.LEAKED
            self._findings.add(name, message.seq, kept.topic, "in the snapshot")
        elif wrong := late_difference(kept, Kept.of(message)):
            self._findings.add(wrong[0], message.seq, kept.topic, wrong[1] or "in the snapshot")

    def _judge(self, place: int, topic: str, newest: int, is_living: bool) -> None:  # noqa: FBT001 - of the pair kept
        if not is_living:
            self._findings.add(Name.AFTER_WITHDRAWAL, place, topic, f"taken back by seq {newest}")
        elif newest > place:
            self._findings.add(Name.STALE_SNAPSHOT, place, topic, f"seq {newest} is newer")
