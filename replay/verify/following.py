"""The messages of a log behind the place where it begins, beside the stream from there on."""

from collections.abc import Container
from typing import Final

from replay.verify.delivered import Delivered, Kept, difference, late_difference
from replay.verify.findings import Findings, Name
from replay.verify.scan import Scan

OWED_MAX: Final = 200_000  # messages that may still come late; the oldest beyond that are missing at once
_ABSENT, _OUTSIDE, _OWED, _GIVEN = range(4)


class Following:
    """Takes messages in the order of the log; memory is one byte a sequence, and a little for each one owed."""

    def __init__(self, scan: Scan, start: int, tip: int, findings: Findings, covered: Container[int]) -> None:
        self.newest = self._start = start
        self._scan = scan
        self._tip = tip
        self._wish = scan.wish
        self._findings = findings
        self._covered = covered
        self._promised = 0
        self._states = bytearray()
        self._owed: dict[int, Kept] = {}

    def take(self, message: Delivered) -> None:
        """The next message of the log."""
        seq, topic = message.seq, message.topic
        if seq <= self._start:
            is_again = seq in self._covered
            name = Name.DUPLICATED if is_again else Name.EARLY
            self._findings.add(name, seq, topic, "it was in the snapshot" if is_again else f"not after {self._start}")
            return
        held = self._read_to(seq) if seq <= self._tip else None
        state = self._state(seq)
        if state == _ABSENT:
            self._findings.add(Name.FOREIGN, seq, topic)
        elif state == _OUTSIDE:
            self._findings.add(Name.MISPLACED if self._wish.wants(topic) else Name.LEAKED, seq, topic)
        elif state == _GIVEN:
            self._findings.add(Name.DUPLICATED, seq, topic)
        else:
            self._give(message, held)

    def promise(self, seq: int) -> None:
        """A frame said that everything up to here was written."""
        self._promised = max(self._promised, min(seq, self._tip))

    def finish(self, until: int | None) -> None:
        """Find what never came, up to the log's last message or promise, or up to `until` if that is later."""
        last = max(self.newest, self._promised, until or 0)
        if (held := self._read_to(last)) is not None:
            self._owe(held)
        for seq in sorted(self._owed):
            if seq <= last:
                self._findings.add(Name.MISSING, seq, self._owed[seq].topic)
        self.newest = last

    def _give(self, message: Delivered, held: Delivered | None) -> None:
        seq, topic = message.seq, message.topic
        if held is not None:
            wrong = difference(message, held)
        else:
            owed = self._owed.get(seq)
            wrong = late_difference(Kept.of(message), owed) if owed is not None else None
        if wrong:
            self._findings.add(wrong[0], seq, topic, wrong[1])
            if wrong[0] is Name.MISPLACED:  # the stream's own message is still owed
                if held is not None:
                    self._owe(held)
                return
        if seq <= self._promised:
            self._findings.add(Name.BROKEN_PROMISE, seq, topic, f"{self._promised} was promised")
        elif seq < self.newest:
            self._findings.add(Name.OUT_OF_ORDER, seq, topic, f"after {self.newest}")
        self.newest = max(self.newest, seq)
        self._states[seq - self._start - 1] = _GIVEN
        self._owed.pop(seq, None)

    def _read_to(self, seq: int) -> Delivered | None:
        """Read the stream up to a sequence; its message there, if it is wanted and was not read before."""
        for message in self._scan.up_to(seq):
            at = message.seq - self._start - 1
            self._states.extend(bytes(at - len(self._states)))
            is_wanted = self._wish.wants(message.topic)
            self._states.append(_OWED if is_wanted else _OUTSIDE)
            if not is_wanted:
                continue
            if message.seq == seq:
                return message
            self._owe(message)
        return None

    def _owe(self, message: Delivered) -> None:
        self._owed[message.seq] = Kept.of(message)
        if len(self._owed) > OWED_MAX:
            seq = next(iter(self._owed))
            self._findings.add(Name.MISSING, seq, self._owed.pop(seq).topic)

    def _state(self, seq: int) -> int:
        at = seq - self._start - 1
        return self._states[at] if at < len(self._states) else _ABSENT
