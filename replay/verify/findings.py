"""What can be wrong with a subscriber's log: a closed list of names, each finding with its topic and sequence."""

from collections import Counter
from enum import StrEnum
from typing import Final

import msgspec

SHOWN: Final = 20  # of each name; all are counted


class Name(StrEnum):
    """The names of findings, as they stand in reports."""

    MISSING = "missing"
    DUPLICATED = "duplicated"
    OUT_OF_ORDER = "out_of_order"
    ALTERED = "altered"
    MISPLACED = "misplaced"
    FOREIGN = "foreign"
    LEAKED = "leaked"
    EARLY = "early"
    BROKEN_CHAIN = "broken_chain"
    BROKEN_PROMISE = "broken_promise"
    WRONG_EPOCH = "wrong_epoch"
    WRONG_FLAG = "wrong_flag"
    STALE_SNAPSHOT = "stale_snapshot"
    INCOMPLETE_SNAPSHOT = "incomplete_snapshot"
    AHEAD_OF_SNAPSHOT = "ahead_of_snapshot"
    AFTER_WITHDRAWAL = "after_withdrawal"
    UNREADABLE = "unreadable"


MEANINGS: Final = {
    Name.MISSING: "in the stream and wanted, not in the log",
    Name.DUPLICATED: "more than once in the log",
    Name.OUT_OF_ORDER: "after a message with a higher sequence",
    Name.ALTERED: "not what the stream holds under this sequence",
    Name.MISPLACED: "under the sequence of a message of another topic",
    Name.FOREIGN: "not in the stream",
    Name.LEAKED: "outside the filter",
    Name.EARLY: "from before the place where the log begins",
    Name.BROKEN_CHAIN: "prev does not name the message before it on its topic",
    Name.BROKEN_PROMISE: "came after a frame that said everything up to there was written",
    Name.WRONG_EPOCH: "a frame names another epoch than the stream's",
    Name.WRONG_FLAG: "the connection was to the other flag",
    Name.STALE_SNAPSHOT: "in the snapshot, though its topic had a newer message by then",
    Name.INCOMPLETE_SNAPSHOT: "its topic lives at the snapshot's sequence, but is not in the snapshot",
    Name.AHEAD_OF_SNAPSHOT: "in the snapshot, but newer than the snapshot's sequence",
    Name.AFTER_WITHDRAWAL: "in the snapshot, though it was taken back by then",
    Name.UNREADABLE: "a line that is neither a message nor a control frame",
}


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong; `seq` and `topic` are 0 and "" where there is none."""

    name: Name
    seq: int
    topic: str
    detail: str = ""


class Findings:
    """All that was found: `counts` by name, and the first SHOWN of each name in `shown`."""

    def __init__(self) -> None:
        self.counts: Counter[Name] = Counter()
        self.shown: list[Finding] = []

    def add(self, name: Name, seq: int, topic: str, detail: str = "") -> None:
        self.counts[name] += 1
        if self.counts[name] <= SHOWN:
            self.shown.append(Finding(name, seq, topic, detail))
